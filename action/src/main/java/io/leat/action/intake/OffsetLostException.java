package io.leat.action.intake;

/** Another one took the partition's records in meanwhile: what this one knows of it is old. */
public final class OffsetLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OffsetLostException(IntakePartition partition, long expected) {
    super(
        "Partition "
            + partition.partition()
            + " of "
            + IntakePartition.topic(partition.blueprint())
            + " is no longer at "
            + expected
            + ": another process takes its alerts in");
  }
}
