package io.leat.parquet.format;

import java.util.List;

/** A row group. */
public record GroupMeta(long rows, List<ChunkMeta> chunks) {
  /** Takes the list as it is. */
  public GroupMeta {
    chunks = List.copyOf(chunks);
  }
}
