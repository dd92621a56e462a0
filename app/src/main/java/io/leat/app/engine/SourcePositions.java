package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.kafka.common.TopicPartition;

/** How far the sources of a checkpoint or savepoint had read the log. */
public final class SourcePositions {
  /** Flink's name of the state of a source's readers (its {@code SourceOperator}). */
  private static final String READERS = "SourceReaderState";

  private SourcePositions() {}

  /**
   * By partition, the offset that would be read next.
   *
   * @param sources which operators count, by their uid; all of them must read Kafka
   * @throws LeatException {@link ErrorCode#INTERNAL} when the state cannot be read
   */
  public static Map<TopicPartition, Long> of(RestorePoint point, Predicate<String> sources) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    try {
      for (OperatorState operator : RestorePoints.operators(point)) {
        if (sources.test(operator.getOperatorUid().orElse(""))) {
          for (OperatorSubtaskState subtask : operator.getStates()) {
            for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
              read(handle, positions);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INTERNAL,
          "The state in "
              + point.directory()
              + " does not tell how far the log had been read: "
              + e.getMessage(),
          e);
    }
    return positions;
  }

  private static void read(OperatorStateHandle handle, Map<TopicPartition, Long> positions)
      throws IOException {
    OperatorStateHandle.StateMetaInfo readers =
        handle.getStateNameToPartitionOffsets().get(READERS);
    if (readers == null) {
      return;
    }
    KafkaPartitionSplitSerializer splits = new KafkaPartitionSplitSerializer();
    try (FSDataInputStream in = handle.openInputStream()) {
      DataInputViewStreamWrapper view = new DataInputViewStreamWrapper(in);
      for (long offset : readers.getOffsets()) {
        in.seek(offset);
        byte[] bytes = BytePrimitiveArraySerializer.INSTANCE.deserialize(view);
        KafkaPartitionSplit split =
            SimpleVersionedSerialization.readVersionAndDeSerialize(splits, bytes);
        // Negative: it had not yet looked up where the log begins.
        if (split.getStartingOffset() >= 0) {
          positions.merge(split.getTopicPartition(), split.getStartingOffset(), Math::max);
        }
      }
    }
  }
}
