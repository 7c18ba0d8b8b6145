package io.kindnet.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdvisoryLockTest {
  @TempDir private Path directory;

  @Test
  void manyShareIt() {
    try (AdvisoryLock first = AdvisoryLock.tryShared(directory.toString());
        AdvisoryLock second = AdvisoryLock.tryShared(directory.toString())) {
      assertThat(first).isNotNull();
      assertThat(second).isNotNull();
      assertThat(AdvisoryLock.tryExclusive(directory.toString())).isNull();
    }
  }

  @Test
  void oneHasItAlone() {
    try (AdvisoryLock alone = AdvisoryLock.tryExclusive(directory.toString())) {
      assertThat(alone).isNotNull();
      assertThat(AdvisoryLock.tryExclusive(directory.toString())).isNull();
      assertThat(AdvisoryLock.tryShared(directory.toString())).isNull();
    }
    try (AdvisoryLock next = AdvisoryLock.tryShared(directory.toString())) {
      assertThat(next).isNotNull();
    }
  }

  @Test
  void namesWhatCannotBeLocked() {
    String missing = directory.resolve("missing").toString();

    assertThatThrownBy(() -> AdvisoryLock.tryShared(missing))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining(missing)
        .hasMessageContaining("ENOENT");
  }
}
