package io.kindnet.controller;

import static io.kindnet.controller.ControllerFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The program in {@code dist/}: with the agent's runtime, classes and their cache. */
class DistributedControllerIT {
  /**
   * Above what it takes where more pages of its files are in memory; {@code make bench-scale} has
   * the 100 MiB that it is to take when it has settled.
   */
  private static final int LIMIT_KIB = 120 * 1024;

  private static final Path DIST = Path.of(System.getProperty("kindnet.dist"));

  @Test
  void worksInLittleMemory() throws Exception {
    String program = DIST.resolve("controller/bin/kindnet-controller").toString();
    try (ControllerFixture cluster = new ControllerFixture();
        ControllerProcess controller =
            new ControllerProcess(List.of(program), cluster.server.url())) {
      cluster.create("");
      eventually(() -> assertThat(cluster.daemonSet("kindnet")).isNotNull());
      for (int level = 1; level <= 4; level++) {
        String flag = "-v=" + level;
        var wanted = cluster.configuration("logLevel: " + level);
        cluster.edit(present -> present.setSpec(wanted.getSpec()));
        eventually(() ->
            assertThat(
                    cluster
                        .present("kindnet")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .contains(flag));
      }
      assertThat(controller.metrics()).contains("kindnet_controller_reconciliations_total");
      assertThat(residentKib(controller.pid())).as(controller.log()).isLessThan(LIMIT_KIB);
      assertThat(controller.log()).doesNotContain("Exception", "NoClassDef", "ERROR");
      assertThat(controller.stop()).isZero();
    }
  }

  private static int residentKib(long pid) throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Integer.parseInt(line.replaceAll("\\D", ""));
      }
    }
    throw new AssertionError("no VmRSS of " + pid);
  }
}
