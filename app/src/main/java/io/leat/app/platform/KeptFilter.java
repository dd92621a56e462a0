package io.leat.app.platform;

import java.time.Instant;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/**
 * Which kept records are meant; null means any.
 *
 * @param isRejected those that the gateway refused, else the quarantined ones
 * @param stream {@code blueprint.stream}
 * @param from kept at this time or later
 * @param to kept before this time
 */
record KeptFilter(
    boolean isRejected,
    @Nullable String stream,
    @Nullable String code,
    @Nullable String stage,
    @Nullable String client,
    @Nullable Instant from,
    @Nullable Instant to) {

  /** The condition on a row, but for stream and time. */
  Expression row() {
    Expression row = Expressions.notNull("log_offset");
    row = and(row, "code", code);
    row = and(row, "stage", stage);
    return and(row, "client", client);
  }

  private static Expression and(Expression row, String column, @Nullable String value) {
    return value == null ? row : Expressions.and(row, Expressions.equal(column, value));
  }

  boolean fitsTime(Instant time) {
    return (from == null || !time.isBefore(from)) && (to == null || time.isBefore(to));
  }
}
