package io.leat.action.incident;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom not to tell, of what, from when to when. A maintenance window is one that begins later.
 *
 * @param id given by PostgreSQL
 * @param blueprint whose alerts
 * @param matchers all of which an alert must match
 * @param author who answers for it
 * @param reason why
 * @param startsAt from then on
 * @param endsAt before then
 * @param createdAt when it was made
 * @param cancelledAt when it was ended early; null when it was not
 * @param cancelledBy by whom; null when it was not
 */
public record Silence(
    long id,
    String blueprint,
    List<AlertMatcher> matchers,
    String author,
    String reason,
    Instant startsAt,
    Instant endsAt,
    Instant createdAt,
    @Nullable Instant cancelledAt,
    @Nullable String cancelledBy) {
  public Silence {
    matchers = List.copyOf(matchers);
  }

  /** Whether it silences at this time. */
  public boolean isActive(Instant at) {
    return cancelledAt == null && !at.isBefore(startsAt) && at.isBefore(endsAt);
  }
}
