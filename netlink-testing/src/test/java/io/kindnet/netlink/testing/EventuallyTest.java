package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventuallyTest {
  @Test
  void returnsAsSoonAsTheAssertionHolds() {
    AtomicInteger attempts = new AtomicInteger();

    Eventually.within(
        Duration.ofMinutes(1), () -> assertThat(attempts.incrementAndGet()).isEqualTo(4));

    assertThat(attempts).hasValue(4);
  }

  @Test
  void rethrowsTheLastFailureAtTheDeadline() {
    AtomicInteger attempts = new AtomicInteger();

    assertThatThrownBy(() ->
            Eventually.within(
                Duration.ofMillis(200),
                () -> {
                  throw new AssertionError("attempt " + attempts.incrementAndGet());
                }))
        .isInstanceOf(AssertionError.class)
        .hasMessage("attempt " + attempts.get());
    assertThat(attempts).hasValueGreaterThan(1);
  }

  @Test
  void checksOnceWhereThereIsNoTimeToWait() {
    AtomicInteger attempts = new AtomicInteger();

    Eventually.within(Duration.ZERO, attempts::incrementAndGet);

    assertThat(attempts).hasValue(1);
  }

  @Test
  void wrapsAnExceptionThatLasts() {
    assertThatThrownBy(() ->
            Eventually.within(
                Duration.ZERO,
                () -> {
                  throw new IOException("refused");
                }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("refused")
        .hasCauseInstanceOf(IOException.class);
  }
}
