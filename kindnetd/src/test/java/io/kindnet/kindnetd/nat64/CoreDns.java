package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** CoreDNS, which {@code make tools} has built. */
final class CoreDns {
  private CoreDns() {}

  /**
   * Starts one, which ends with the namespace.
   *
   * @param name for its file in {@code directory}
   * @param configuration a Corefile
   */
  static void start(Namespace where, Path directory, String name, String configuration)
      throws IOException {
    Path file = Files.writeString(directory.resolve(name + ".corefile"), configuration);
    where.start(tool("coredns"), "-conf", file.toString());
  }

  /** What was built for tests under {@code name}. */
  static String tool(String name) {
    Path tool = Path.of(System.getProperty("kindnet.tools", "target/tools"), name);
    if (!Files.isExecutable(tool)) {
      throw new AssertionError(tool + " is missing: make tools");
    }
    return tool.toString();
  }
}
