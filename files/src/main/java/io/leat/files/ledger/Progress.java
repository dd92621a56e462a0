package io.leat.files.ledger;

/**
 * How far an attempt is.
 *
 * @param rows read
 * @param bytesRead of the file
 * @param bytesWritten of output
 */
public record Progress(long rows, long bytesRead, long bytesWritten) {
  public static final Progress NONE = new Progress(0, 0, 0);
}
