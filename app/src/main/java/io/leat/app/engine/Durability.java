package io.leat.app.engine;

/** What an acknowledged event survives. Checkpoints and tables survive a power cut in both. */
public enum Durability {
  /** The death of any process, {@code kill -9} included; not a power cut. */
  PROCESS,
  /** A power cut too: it is forced to the device before it is acknowledged and can be read. */
  DISK
}
