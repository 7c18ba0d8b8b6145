package io.kindnet.netlink.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The rights that kernel tests take ({@code linux/capability.h}). */
final class Capabilities {
  private static final int CAP_NET_ADMIN = 12;
  private static final int CAP_SYS_ADMIN = 21;

  private Capabilities() {}

  /** Fails with the way out, if this process may not make and configure network namespaces. */
  static void require() {
    long effective = effective();
    if (!has(effective, CAP_NET_ADMIN) || !has(effective, CAP_SYS_ADMIN)) {
      throw new AssertionError(
          "this test makes network namespaces and needs CAP_NET_ADMIN and CAP_SYS_ADMIN: run it as"
              + " root, or leave kernel tests out by name");
    }
  }

  private static boolean has(long effective, int capability) {
    return (effective >>> capability & 1) != 0;
  }

  private static long effective() {
    Path status = Path.of("/proc/self/status");
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("CapEff:")) {
          return Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
        }
      }
    } catch (IOException unreadable) {
      throw new AssertionError("cannot read " + status, unreadable);
    }
    throw new AssertionError(status + " has no line CapEff");
  }
}
