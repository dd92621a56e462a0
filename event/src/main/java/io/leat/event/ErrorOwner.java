package io.leat.event;

/** Who has to act on an error. Every {@link ErrorCode} belongs to exactly one. */
public enum ErrorOwner {
  /** The caller sent something that has to be corrected before it is sent again. */
  USER,
  /** A system that Leat talks to failed or refused; the same request may succeed later. */
  EXTERNAL,
  /** A defect of Leat. */
  INTERNAL,
  /** A bound was reached: a rate, a budget, memory, disk, time. */
  RESOURCES
}
