package io.kindnet.kindnetd;

import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.MappedFiles;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back to the system what only the start needed, once that is over, and what a busy time
 * needed, once in a while: garbage, with the part of the heap that it was in, and pages of the
 * class cache and of the Java runtime. Neither happens by itself while the system has memory left.
 */
final class MemoryRelease implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemoryRelease.class);

  /** The agents have begun, and what the calls' warm-up had compiled is compiled. */
  private static final Duration AFTER_START = Duration.ofSeconds(10);

  /** A collection takes some 50 ms of CPU, more among thousands of nodes. */
  private static final Duration INTERVAL = Duration.ofHours(1);

  private final CountDownLatch closed = new CountDownLatch(1);

  /** Begins to wait, on a thread of its own. */
  void start() {
    Thread.ofVirtual().name("memory release").start(this::releaseRegularly);
  }

  private void releaseRegularly() {
    try {
      Duration wait = AFTER_START;
      while (!closed.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        release();
        wait = INTERVAL;
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private static void release() {
    System.gc(); // jvm.options has the heap shrink to what is alive then
    try {
      log.debug("let go of {} KiB of mapped files", MappedFiles.release());
    } catch (KernelException | UncheckedIOException refused) {
      log.debug("mapped files stay resident: {}", refused.getMessage());
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
