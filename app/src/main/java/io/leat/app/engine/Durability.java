package io.leat.app.engine;

/** What an acknowledgement survives. */
public enum Durability {
  /** The death of any process, {@code kill -9} included; not a power cut. */
  PROCESS,
  /** A power cut too: everything is forced to the device before it is acknowledged. */
  DISK
}
