package io.leat.lake.maintenance;

import java.util.List;
import org.apache.iceberg.DataFile;

/**
 * Small files of one partition that become one, in the order of their commits.
 *
 * @param files at least two
 */
record FileGroup(List<DataFile> files) {
  FileGroup {
    files = List.copyOf(files);
  }

  long bytes() {
    return files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
  }

  long rows() {
    return files.stream().mapToLong(DataFile::recordCount).sum();
  }

  /** The newest of the commits. */
  long sequence() {
    return files.stream().mapToLong(DataFile::dataSequenceNumber).max().orElse(0);
  }
}
