package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.format.ChunkMeta;
import io.leat.parquet.format.GroupMeta;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Adds up what the footer says of a column. */
final class ColumnSummaries {
  private static final String[] CODECS = {
    "uncompressed", "snappy", "gzip", "lzo", "brotli", "lz4", "zstd", "lz4_raw"
  };
  private static final String[] ENCODINGS = {
    "PLAIN",
    "GROUP_VAR_INT",
    "PLAIN_DICTIONARY",
    "RLE",
    "BIT_PACKED",
    "DELTA_BINARY_PACKED",
    "DELTA_LENGTH_BYTE_ARRAY",
    "DELTA_BYTE_ARRAY",
    "RLE_DICTIONARY",
    "BYTE_STREAM_SPLIT"
  };

  private ColumnSummaries() {}

  static ColumnSummary of(Leaf leaf, List<GroupMeta> groups) {
    Set<String> codecs = new TreeSet<>();
    int encodings = 0;
    long values = 0;
    long nulls = 0;
    long bytes = 0;
    long uncompressed = 0;
    for (GroupMeta group : groups) {
      ChunkMeta chunk = group.chunks().get(leaf.index());
      codecs.add(name(CODECS, chunk.codec()));
      encodings |= chunk.encodings();
      values += chunk.values();
      nulls = nulls < 0 || chunk.nulls() < 0 ? -1 : nulls + chunk.nulls();
      bytes += chunk.bytes();
      uncompressed += chunk.uncompressed();
    }
    List<String> named = new ArrayList<>();
    for (int i = 0; i < Integer.SIZE - 1; i++) {
      if ((encodings & 1 << i) != 0) {
        named.add(name(ENCODINGS, i));
      }
    }
    return new ColumnSummary(
        leaf.path(),
        leaf.field(),
        List.copyOf(codecs),
        named,
        values,
        nulls,
        bytes,
        uncompressed,
        text(leaf, bound(leaf, groups, true)),
        text(leaf, bound(leaf, groups, false)));
  }

  private static String name(String[] names, int number) {
    return number >= 0 && number < names.length ? names[number] : "number " + number;
  }

  /** Of all row groups; null if one that has values does not say. */
  private static byte @Nullable [] bound(Leaf leaf, List<GroupMeta> groups, boolean least) {
    Comparator<byte[]> order = order(leaf);
    if (order == null) {
      return null;
    }
    byte[] best = null;
    for (GroupMeta group : groups) {
      ChunkMeta chunk = group.chunks().get(leaf.index());
      byte[] bound = least ? chunk.min() : chunk.max();
      if (chunk.nulls() == chunk.values()) {
        continue;
      }
      if (bound == null || !StatisticBounds.isOne(leaf, bound)) {
        return null;
      }
      if (best == null || (order.compare(bound, best) < 0) == least) {
        best = bound;
      }
    }
    return best;
  }

  /** As the format orders values of the type; null where it does not. */
  private static @Nullable Comparator<byte[]> order(Leaf leaf) {
    LogicalType logical = leaf.field().logical();
    boolean isUnsigned = logical instanceof LogicalType.Int integer && !integer.signed();
    return switch (leaf.type()) {
      case 0 -> Arrays::compareUnsigned;
      case 1 ->
          isUnsigned
              ? Comparator.comparingLong(b -> StatisticBounds.int32(b) & 0xffffffffL)
              : Comparator.comparingInt(StatisticBounds::int32);
      case 2 ->
          isUnsigned
              ? (a, b) -> Long.compareUnsigned(StatisticBounds.int64(a), StatisticBounds.int64(b))
              : Comparator.comparingLong(StatisticBounds::int64);
      case 3 -> null;
      case 4 -> Comparator.comparingDouble(b -> Float.intBitsToFloat(StatisticBounds.int32(b)));
      case 5 -> Comparator.comparingDouble(b -> Double.longBitsToDouble(StatisticBounds.int64(b)));
      default -> ofBytes(logical);
    };
  }

  private static @Nullable Comparator<byte[]> ofBytes(LogicalType logical) {
    if (logical instanceof LogicalType.Interval
        || logical instanceof LogicalType.Geometry
        || logical instanceof LogicalType.Geography) {
      return null;
    }
    if (logical instanceof LogicalType.Decimal) {
      return Comparator.comparing(b -> b.length == 0 ? BigInteger.ZERO : new BigInteger(b));
    }
    if (logical instanceof LogicalType.Float16) {
      return Comparator.comparingDouble(StatisticBounds::half);
    }
    return Arrays::compareUnsigned;
  }

  /** As it would be written. */
  private static String text(Leaf leaf, byte @Nullable [] value) {
    if (value == null) {
      return "";
    }
    Scratch out = new Scratch(new Budget(Long.MAX_VALUE), "a bound", Integer.MAX_VALUE);
    ValueText text = ValueTexts.of(leaf, JsonOptions.DEFAULT);
    long[] cell = new long[1];
    if (text instanceof ValueText.OfLongs) {
      cell[0] =
          switch (leaf.type()) {
            case 0 -> value[0];
            case 1, 4 -> StatisticBounds.int32(value);
            default -> StatisticBounds.int64(value);
          };
      text.longs(cell, 0, 1, Prefix.NONE, out);
    } else {
      cell[0] = value.length;
      byte[] padded = Arrays.copyOf(value, value.length + Scratch.PADDING);
      text.slices(cell, 0, 1, padded, Prefix.NONE, out);
    }
    return cell[0] < 0
        ? ""
        : new String(out.bytes, Cell.start(cell[0]), Cell.length(cell[0]), StandardCharsets.UTF_8);
  }
}
