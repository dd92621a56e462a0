package io.leat.lake.backup;

import java.util.function.Function;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/**
 * Reads files where they were copied to, by the locations that Iceberg's metadata has for them: so
 * the metadata need not be rewritten to be read.
 */
public final class RelocatedFiles implements FileIO {
  private static final long serialVersionUID = 1L;

  private final transient Function<String, InputFile> files;

  /**
   * @param files by the location that they had, where they are now
   */
  public RelocatedFiles(Function<String, InputFile> files) {
    this.files = files;
  }

  @Override
  public InputFile newInputFile(String location) {
    return files.apply(location);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    throw new UnsupportedOperationException("A copy is only read");
  }

  @Override
  public void deleteFile(String location) {
    throw new UnsupportedOperationException("A copy is only read");
  }
}
