package io.leat.rules.file;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source of files, and what becomes of them.
 *
 * @param name unique in its blueprint
 * @param description one sentence for people
 * @param arrival how files come
 * @param match which names, as a glob: {@code *.parquet}
 * @param settle how long a file must not have changed
 * @param incomplete how long a file that has no end, or cannot be read, is waited for
 * @param limits what is refused
 * @param contract what the columns must be
 * @param convert how rows become JSON
 * @param to where the output goes
 * @param layout the output's folder below it, such as {@code {source}/{yyyy}/{mm}/{dd}}
 * @param deadLetters where files go that cannot be converted; null: into the data folder
 * @param same which files count as the same
 * @param then what becomes of a file that was published
 * @param retry when a failure is tried again
 * @param retention how long the ledger keeps what is over
 * @param into the stream that the rows go to besides; null when they do not
 */
public record FileSourceSpec(
    String name,
    @Nullable String description,
    Arrival arrival,
    String match,
    Duration settle,
    Duration incomplete,
    FileLimits limits,
    FileContract contract,
    ConvertSpec convert,
    Place to,
    String layout,
    @Nullable Place deadLetters,
    Same same,
    Then then,
    FileRetry retry,
    Duration retention,
    @Nullable String into) {
  /** The kind of alerts about files. */
  public static final String ALERT_KIND = "file";

  /** What alerts about files tell. */
  public static final List<String> ALERT_VALUES =
      List.of("file", "category", "code", "side", "reason");

  /** Which files count as the same: of these only the first is published. */
  public enum Same {
    /** Those with the same place and name and the same content. */
    NAME,
    /** Those with the same content, whatever they are called. */
    CONTENT
  }

  /** What becomes of a file when its output is published. */
  public enum Then {
    KEEP,
    DELETE
  }

  /** How alerts about this source name their detector; no detector's name has a point. */
  public static String detector(String source) {
    return "files." + source;
  }
}
