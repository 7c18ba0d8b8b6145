package io.kindnet.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdvisoryLockTest {
  @TempDir private Path folder;

  @Test
  void manyShareIt() {
    try (AdvisoryLock first = AdvisoryLock.tryShared(folder.toString());
        AdvisoryLock second = AdvisoryLock.tryShared(folder.toString())) {
      assertThat(first).isNotNull();
      assertThat(second).isNotNull();
      assertThat(AdvisoryLock.tryExclusive(folder.toString())).isNull();
    }
  }

  @Test
  void oneHasItAlone() {
    try (AdvisoryLock alone = AdvisoryLock.tryExclusive(folder.toString())) {
      assertThat(alone).isNotNull();
      assertThat(AdvisoryLock.tryExclusive(folder.toString())).isNull();
      assertThat(AdvisoryLock.tryShared(folder.toString())).isNull();
    }
    try (AdvisoryLock next = AdvisoryLock.tryShared(folder.toString())) {
      assertThat(next).isNotNull();
    }
  }

  @Test
  void namesWhatCannotBeLocked() {
    String missing = folder.resolve("missing").toString();

    assertThatThrownBy(() -> AdvisoryLock.tryShared(missing))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining(missing)
        .hasMessageContaining("ENOENT");
  }
}
