package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelVersionTest {
  @ParameterizedTest
  @CsvSource({
    "6.12.118+deb13-cloud-amd64, 6, 12",
    "5.10.0-46-cloud-amd64, 5, 10",
    "7.3.4, 7, 3",
    "7.3-rc1, 7, 3"
  })
  void readsReleases(String release, int major, int minor) {
    assertThat(KernelVersion.parse(release)).isEqualTo(new KernelVersion(major, minor));
  }

  @Test
  void refusesWhatIsNone() {
    assertThatThrownBy(() -> KernelVersion.parse("unknown")).hasMessageContaining("unknown");
  }

  @Test
  void comparesNumbersAndNotText() {
    KernelVersion version = new KernelVersion(6, 12);

    assertThat(version.isAtLeast(6, 12)).isTrue();
    assertThat(version.isAtLeast(6, 2)).isTrue();
    assertThat(version.isAtLeast(5, 19)).isTrue();
    assertThat(version.isAtLeast(6, 13)).isFalse();
    assertThat(version.isAtLeast(7, 0)).isFalse();
  }

  @Test
  void knowsTheOneThatRuns() throws IOException {
    String release = Files.readString(Path.of("/proc/sys/kernel/osrelease"));

    assertThat(KernelVersion.running()).isEqualTo(KernelVersion.parse(release.strip()));
  }
}
