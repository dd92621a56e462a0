package io.leat.action.target;

import java.util.concurrent.atomic.AtomicInteger;

/** A budget without end, which counts. */
final class TestingBudget implements HttpBudget {
  final AtomicInteger taken = new AtomicInteger();

  @Override
  public void take() {
    taken.incrementAndGet();
  }
}
