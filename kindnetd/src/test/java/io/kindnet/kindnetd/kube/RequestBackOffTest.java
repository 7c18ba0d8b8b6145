package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestBackOffTest {
  private static final int MANY_FAILURES = 100;

  private static Duration longest(int nodes) {
    RequestBackOff backOff = new RequestBackOff(() -> nodes);
    Duration longest = Duration.ZERO;
    for (int failure = 0; failure < MANY_FAILURES; failure++) {
      Duration wait = backOff.failed(Duration.ZERO);
      longest = wait.compareTo(longest) > 0 ? wait : longest;
    }
    return longest;
  }

  /** So that changes are seen within two seconds of the API server's return. */
  @Test
  void asksASmallClustersServerAboutEachSecond() {
    assertThat(longest(3)).isBetween(Duration.ofMillis(400), Duration.ofMillis(800));
  }

  @Test
  void asksALargeClustersServerLessOften() {
    assertThat(longest(5000)).isBetween(Duration.ofSeconds(12), Duration.ofSeconds(25));
    assertThat(longest(1_000_000)).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
  }

  @Test
  void doublesAndBeginsAgainAfterASuccess() {
    RequestBackOff backOff = new RequestBackOff(() -> 5000);
    assertThat(backOff.failed(Duration.ZERO)).isLessThanOrEqualTo(Duration.ofMillis(100));
    assertThat(backOff.failed(Duration.ZERO))
        .isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
    backOff.reset();
    assertThat(backOff.failed(Duration.ZERO)).isLessThanOrEqualTo(Duration.ofMillis(100));
  }

  @Test
  void waitsAsLongAsTheServerAsksFor() {
    RequestBackOff backOff = new RequestBackOff(() -> 3);
    for (int failure = 0; failure < MANY_FAILURES; failure++) {
      assertThat(backOff.failed(Duration.ofSeconds(5)))
          .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(6));
    }
  }

  @Test
  void waitsForDifferentTimes() {
    Set<Duration> waits = new HashSet<>();
    for (int node = 0; node < MANY_FAILURES; node++) {
      waits.add(new RequestBackOff(() -> 3).failed(Duration.ZERO));
    }
    assertThat(waits).hasSizeGreaterThan(MANY_FAILURES / 10);
  }
}
