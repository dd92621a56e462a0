package io.leat.app.demo;

/** Records in the order in which they are to be sent. Owned by one thread. */
interface RecordFeed {
  /** Whether there is another. */
  boolean hasNext();

  /** The next record. */
  DemoRecord next();

  /** How many there are in all. */
  long size();
}
