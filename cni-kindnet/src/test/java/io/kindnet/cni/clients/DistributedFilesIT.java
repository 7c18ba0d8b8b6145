package io.kindnet.cni.clients;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What archives and images of the programs have to keep. */
class DistributedFilesIT {
  @Test
  void jarsHaveTimesThatArchivesAndImagesKeep() throws IOException {
    assertIsAWholeSecond(Dist.cni().resolve("lib/cni-kindnet/cni-kindnet.jar"));
    assertIsAWholeSecond(Dist.agent().resolve("lib/kindnetd/kindnetd.jar"));
  }

  /**
   * The cache of classes holds the time of its jar by the second. Some archives cut off what is
   * beyond, some image builders round it up; with another time, a JVM reports errors and does
   * without the cache.
   */
  private static void assertIsAWholeSecond(Path jar) throws IOException {
    assertThat(Files.getLastModifiedTime(jar).to(NANOSECONDS) % SECONDS.toNanos(1))
        .as("nanoseconds of the time of %s", jar)
        .isZero();
  }
}
