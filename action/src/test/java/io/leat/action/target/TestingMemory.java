package io.leat.action.target;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A memory that forgets with the test. */
final class TestingMemory implements TargetMemory {
  private final Map<String, String> values = new ConcurrentHashMap<>();

  @Override
  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  @Override
  public void put(String name, String value) {
    if (value.length() > 2_000) {
      throw new IllegalArgumentException("too long: " + value.length());
    }
    values.put(name, value);
  }
}
