package io.leat.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class IdentityFilterTest {
  private static final int MANY = 200_000;

  private static LongStream identities(long seed) {
    return new Random(seed).longs(MANY);
  }

  @Test
  void whatWasAddedIsKnownAndOfTheRestLittle() {
    IdentityFilter filter = new IdentityFilter(MANY);
    identities(1).forEach(filter::add);

    assertThat(identities(1)).allMatch(filter::mayHave);
    assertThat(identities(2).filter(filter::mayHave).count()).isLessThan(MANY / 50);
  }

  /** It then knows too much, which costs time alone. */
  @Test
  void withMoreThanItWasMadeForItStillKnowsAll() {
    IdentityFilter filter = new IdentityFilter(10);
    identities(3).forEach(filter::add);

    assertThat(identities(3)).allMatch(filter::mayHave);
  }

  @Test
  void howeverManyAreExpectedItIsBounded() {
    IdentityFilter filter = new IdentityFilter(Long.MAX_VALUE / 16);
    filter.add(7);

    assertThat(filter.mayHave(7)).isTrue();
    assertThat(filter.mayHave(8)).isFalse();
  }
}
