package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private static final String FACTOR = "kindnet.deadline.factor";

  private final String before = System.getProperty(FACTOR);

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(FACTOR);
    } else {
      System.setProperty(FACTOR, before);
    }
  }

  @Test
  void areAsTheyWereChosenUnlessAskedOtherwise() {
    System.clearProperty(FACTOR);

    assertThat(Deadlines.scaled(Duration.ofSeconds(60))).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void areLongerOnASlowMachine() {
    System.setProperty(FACTOR, "10");

    assertThat(Deadlines.scaled(Duration.ofSeconds(60))).isEqualTo(Duration.ofMinutes(10));
  }

  /** Holds only after the deadline that would be the usual one. */
  @Test
  void areThoseOfWhatBecomesTrueByItself() {
    System.setProperty(FACTOR, "1000");
    AtomicLong begin = new AtomicLong(System.nanoTime());

    Eventually.within(
        Duration.ofMillis(100),
        () -> assertThat(System.nanoTime() - begin.get()).isGreaterThan(300_000_000));
  }
}
