package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
@Tag("cgroups")
class CgroupsTest {
  @Test
  void goWithTheMachineThatTheyAreNamedAfter(Machine other) throws IOException {
    Path cgroup;
    try (Machine node = Machine.create("node")) {
      cgroup = hierarchy().resolve(node.name());
      Files.createDirectories(cgroup.resolve("default/container"));
      Files.createDirectory(hierarchy().resolve(other.name()));
    }

    assertThat(cgroup).doesNotExist();
    assertThat(hierarchy().resolve(other.name())).exists();
  }

  /** The only one (version 2), or one of many (version 1). */
  private static Path hierarchy() {
    for (String directory : List.of("", "pids")) {
      Path hierarchy = Path.of("/sys/fs/cgroup", directory);
      if (Files.exists(hierarchy.resolve("cgroup.procs"))) {
        return hierarchy;
      }
    }
    throw new AssertionError("no cgroups in /sys/fs/cgroup");
  }
}
