package io.kindnet.kindnetd.dnscache.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomNumbersTest {
  private final RandomNumbers numbers = new RandomNumbers();

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 256})
  void givesEachNumberAboutAsOften(int bound) {
    int[] counts = new int[bound];
    for (int i = 0; i < 1000 * bound; i++) {
      counts[numbers.below(bound)]++;
    }
    // seven standard deviations of a binomial distribution
    for (int count : counts) {
      assertThat(count).isBetween(bound == 1 ? 1000 : 780, bound == 1 ? 1000 : 1220);
    }
  }

  @Test
  void reachesBothEndsOfAllIds() {
    int least = Integer.MAX_VALUE;
    int most = -1;
    for (int i = 0; i < 5_000_000 && (least > 0 || most < 0xffff); i++) {
      int next = numbers.below(1 << 16);
      least = Math.min(least, next);
      most = Math.max(most, next);
    }
    assertThat(least).isZero();
    assertThat(most).isEqualTo(0xffff);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65_537})
  void refusesOtherBounds(int bound) {
    assertThatIllegalArgumentException().isThrownBy(() -> numbers.below(bound));
  }
}
