package io.kindnet.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EpollTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @Test
  void tellsOfEachSignalOnce() {
    try (Wakeup wakeup = new Wakeup();
        Epoll epoll = new Epoll(4)) {
      int fd = epoll.add(wakeup);
      assertThat(epoll.await(Duration.ZERO)).isZero();

      for (int signal = 0; signal < 3; signal++) {
        wakeup.signal();
        assertThat(epoll.await(SOON)).isEqualTo(1);
        assertThat(epoll.ready(0)).isEqualTo(fd);
        assertThat(epoll.await(Duration.ZERO)).isZero();
      }
    }
  }

  @Test
  void tellsOfTheOthersInTheNextTurn() {
    try (Wakeup first = new Wakeup();
        Wakeup second = new Wakeup();
        Epoll epoll = new Epoll(1)) {
      epoll.add(first.number());
      epoll.add(second.number());
      first.signal();
      second.signal();

      assertThat(epoll.await(SOON)).isEqualTo(1);
      int one = epoll.ready(0);
      assertThat(epoll.await(SOON)).isEqualTo(1);
      assertThat(epoll.ready(0)).isNotEqualTo(one);
    }
  }
}
