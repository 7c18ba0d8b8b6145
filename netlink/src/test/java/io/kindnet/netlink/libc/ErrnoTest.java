package io.kindnet.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrnoTest {
  @Test
  void knowsNumbersByName() {
    assertThat(Errno.of(17)).isEqualTo(Errno.EEXIST);
    assertThat(Errno.of(11)).isEqualTo(Errno.EAGAIN);
    assertThat(Errno.of(95)).isEqualTo(Errno.EOPNOTSUPP);
    assertThat(Errno.of(131)).isEqualTo(Errno.ENOTRECOVERABLE);
    assertThat(Errno.ENOBUFS.number()).isEqualTo(105);
  }

  @Test
  void otherNumbersAreUnknown() {
    assertThat(Errno.of(0)).isEqualTo(Errno.UNKNOWN);
    assertThat(Errno.of(-1)).isEqualTo(Errno.UNKNOWN);
    assertThat(Errno.of(524)).isEqualTo(Errno.UNKNOWN);
  }

  @Test
  void printsNameAndMeaning() {
    assertThat(Errno.ENETUNREACH).hasToString("ENETUNREACH (Network is unreachable)");
  }
}
