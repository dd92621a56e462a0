package io.leat.app.platform;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.util.SerializedThrowable;

/**
 * Why a job failed, in words for its operator.
 *
 * @param cause the root cause in one line
 * @param kind what can be done about it
 */
record JobFailure(String cause, Kind kind) {
  private static final int LONGEST = 300;
  private static final Pattern SERVER_ERROR = Pattern.compile("Status Code: 5[0-9][0-9]");

  /** The packages of what an engine's clients throw when it is away. */
  private static final List<String> AWAY =
      List.of(
          "java.net.",
          "java.sql.SQL",
          "org.postgresql.",
          "org.apache.iceberg.jdbc.Unchecked",
          "org.apache.iceberg.exceptions.RESTException",
          "org.apache.iceberg.exceptions.ServiceUnavailableException",
          "org.apache.iceberg.exceptions.ServiceFailureException",
          "org.apache.iceberg.exceptions.CommitStateUnknownException",
          "org.apache.kafka.common.errors.TimeoutException",
          "org.apache.kafka.common.errors.DisconnectException",
          "org.apache.kafka.common.errors.RetriableException",
          "software.amazon.awssdk.core.exception.SdkClientException",
          "software.amazon.awssdk.core.exception.ApiCallTimeoutException",
          "java.util.concurrent.TimeoutException");

  /** Whether it may be over by itself. */
  enum Kind {
    /** Kafka, the catalog or the object store does not answer, or the disk is full. */
    ENGINE_AWAY,
    /** Anything else. */
    OTHER
  }

  static JobFailure of(Throwable failure) {
    List<Throwable> chain = chain(failure);
    Throwable root = chain.get(chain.size() - 1);
    boolean isAway = chain.stream().anyMatch(JobFailure::mayPass);
    return new JobFailure(line(root), isAway ? Kind.ENGINE_AWAY : Kind.OTHER);
  }

  private static boolean mayPass(Throwable failure) {
    String type = type(failure);
    String message = String.valueOf(failure.getMessage());
    return AWAY.stream().anyMatch(type::startsWith)
        || (type.startsWith("software.amazon.awssdk.") && SERVER_ERROR.matcher(message).find())
        || message.contains("No space left on device");
  }

  private static List<Throwable> chain(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = failure; t != null && seen.add(t); t = t.getCause()) {
      chain.add(t);
    }
    return chain;
  }

  /** Flink carries failures between its parts in a form of its own. */
  private static String type(Throwable failure) {
    return failure instanceof SerializedThrowable carried
        ? carried.getOriginalErrorClassName()
        : failure.getClass().getName();
  }

  private static String line(Throwable root) {
    String type = type(root);
    String name = type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1);
    String message = root.getMessage() == null ? "" : root.getMessage().strip();
    String said = message.startsWith(type) ? message.substring(type.length()) : ": " + message;
    String first = said.lines().findFirst().orElse("");
    String all = name + (message.isEmpty() ? "" : first);
    return all.length() <= LONGEST ? all : all.substring(0, LONGEST) + "...";
  }

  /** Whether it is the same but for the numbers in it. */
  boolean isLike(JobFailure other) {
    return withoutNumbers(cause).equals(withoutNumbers(other.cause));
  }

  private static String withoutNumbers(String text) {
    return text.replaceAll("[0-9]+", "#");
  }
}
