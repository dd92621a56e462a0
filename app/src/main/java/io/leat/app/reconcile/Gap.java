package io.leat.app.reconcile;

import io.leat.lake.OffsetRange;

/**
 * Records of which the proof fails.
 *
 * @param code the kind
 * @param epoch the log epoch
 * @param partition the partition; -1 for the whole stream
 * @param range the offsets; for the whole stream counts of records
 * @param count how many of the offsets; fewer than the range has when it is not known which
 * @param detail more in words; may be empty
 */
public record Gap(
    GapCode code, int epoch, int partition, OffsetRange range, long count, String detail) {

  /** Of all offsets of the range. */
  static Gap of(GapCode code, int epoch, int partition, OffsetRange range) {
    return new Gap(code, epoch, partition, range, range.size(), "");
  }

  Gap with(String otherDetail) {
    return new Gap(code, epoch, partition, range, count, otherDetail);
  }

  /** Whether it is certain that all offsets of the range are meant. */
  boolean isExact() {
    return count == range.size();
  }

  /** Where, as positions are written: {@code devices.telemetry/3@1842..1850#2}. */
  public String position(String topic) {
    if (partition < 0) {
      return epoch <= 1 ? topic : topic + "#" + epoch;
    }
    String position = topic + "/" + partition + "@" + range;
    return epoch <= 1 ? position : position + "#" + epoch;
  }
}
