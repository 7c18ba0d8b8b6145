package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.kindnet.cni.Kernel;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.libc.AdvisoryLock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColdCallsTest {
  private final Path directory;
  private final Path file;
  private final ColdCalls calls;

  ColdCallsTest(@TempDir Path directory) {
    this.directory = directory;
    file = directory.resolve(Store.FILE_NAME);
    // as the agent has it, which waits for a second
    calls = new ColdCalls(new MonitoredDatabase(file, new BusyTimeout(1_000), Kernel::open));
  }

  @Test
  void countsNothingWithoutADatabase() {
    assertThat(calls.get()).isEmpty();
    assertThat(file).doesNotExist();
  }

  /** Prometheus waits 10 s, and several scrapes that hang would keep the probes from answers. */
  @Test
  void doesNotWaitLongForALockedDatabase() throws Exception {
    Store.open(file).close();
    assertThat(calls.get()).containsExactly(entry("ADD", 0L), entry("DEL", 0L));

    try (AdvisoryLock held = AdvisoryLock.tryExclusive(directory.toString())) {
      assertThat(held).isNotNull();
      assertThat(assertTimeoutPreemptively(Duration.ofSeconds(30), calls::get)).isEmpty();
    }
    assertThat(calls.get()).hasSize(2);
  }
}
