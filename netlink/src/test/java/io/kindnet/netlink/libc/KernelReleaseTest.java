package io.kindnet.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelReleaseTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "5.4.0-150-generic",
        "5.9.16",
        "5.9-rc3",
        "4.18.0-553.el8_10.x86_64",
        "4.19.0-27-cloud-amd64",
        "3.10.0-1160.el7.x86_64",
        "2.6.32"
      })
  void isTooOld(String release) {
    assertThat(new KernelRelease(release).isTooOld()).isTrue();
    assertThat(new KernelRelease(release).requirement())
        .isEqualTo("this kernel is Linux " + release + ", kindnet needs Linux 5.10 or newer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5.10.0-46-cloud-amd64",
        "5.10",
        "5.15.167.4-microsoft-standard-WSL2",
        "6.1.0-56-cloud-amd64",
        "6.12.118+deb13-cloud-amd64",
        "7.3-rc1",
        "10.2.0"
      })
  void isNewEnough(String release) {
    assertThat(new KernelRelease(release).isTooOld()).isFalse();
  }

  /** Nobody is kept from a kernel for its name. */
  @ParameterizedTest
  @ValueSource(strings = {"", "unknown", "4", "4.", ".4", "v4.19", "4-19", "99999999999.1"})
  void isGivenTheBenefitOfTheDoubt(String release) {
    assertThat(new KernelRelease(release).isTooOld()).isFalse();
  }

  @Test
  void isTheOneThatRuns() throws IOException {
    String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();

    assertThat(KernelRelease.running()).isEqualTo(new KernelRelease(release));
    assertThat(KernelRelease.running().isTooOld()).isFalse();
  }
}
