package io.leat.event;

/**
 * Where a record stands in the log. A restored or recreated topic starts a new {@code epoch}, so
 * that a position is never reused for another record.
 *
 * @param epoch the log's epoch, 1 for the first
 * @param topic {@code <blueprint>.<stream>}
 * @param partition Kafka's partition
 * @param offset Kafka's offset in that partition
 */
public record LogPosition(int epoch, String topic, int partition, long offset)
    implements Comparable<LogPosition> {

  /** {@code devices.telemetry/3@1842}, with {@code #1} behind it from the second epoch on. */
  @Override
  public String toString() {
    String position = topic + "/" + partition + "@" + offset;
    return epoch <= 1 ? position : position + "#" + epoch;
  }

  /** By topic, partition, epoch, offset. */
  @Override
  public int compareTo(LogPosition other) {
    int order = topic.compareTo(other.topic);
    order = order != 0 ? order : Integer.compare(partition, other.partition);
    order = order != 0 ? order : Integer.compare(epoch, other.epoch);
    return order != 0 ? order : Long.compare(offset, other.offset);
  }
}
