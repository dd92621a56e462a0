package io.leat.acceptance;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;

/** Waits for a condition, with a bound. */
final class Until {
  private static final Duration LOOK = Duration.ofMillis(200);

  private Until() {}

  @FunctionalInterface
  interface Look<T> {
    T now() throws Exception;
  }

  /** The first value that fits. A look that fails counts as one that does not fit. */
  static <T> T fits(Duration within, Look<T> look, Predicate<T> fits, Supplier<String> what)
      throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    Object last;
    do {
      try {
        T value = look.now();
        if (fits.test(value)) {
          return value;
        }
        last = value;
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        last = e;
      }
      Thread.sleep(LOOK.toMillis());
    } while (System.nanoTime() < deadline);
    return Assertions.fail(what.get() + " within " + within.toSeconds() + " s; at last: " + last);
  }

  static void holds(Duration within, Look<Boolean> look, String what) throws InterruptedException {
    fits(within, look, holds -> holds, () -> what);
  }
}
