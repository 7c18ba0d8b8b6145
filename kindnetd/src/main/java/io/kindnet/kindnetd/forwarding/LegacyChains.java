package io.kindnet.kindnetd.forwarding;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.iptables.LegacyTable;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The chains {@code FORWARD} of {@code iptables-legacy}, which are no part of nftables, and of
 * whose changes the kernel does not tell.
 */
final class LegacyChains {
  private static final String TABLE = "filter";

  private volatile Optional<String> unreadable = Optional.empty();

  /** Those that drop whatever none of their rules accepts, in the thread's network namespace. */
  List<String> dropping() {
    List<String> dropping = new ArrayList<>();
    Optional<String> failure = Optional.empty();
    for (AddressFamily family : AddressFamily.values()) {
      String program = family == AddressFamily.IPV4 ? "iptables-legacy" : "ip6tables-legacy";
      if (isInUse(family)) {
        String chain = "chain FORWARD of " + program;
        try {
          switch (LegacyTable.read(family, TABLE).forwarded()) {
            case DROPPED_BY_POLICY -> dropping.add(chain + " (policy drop)");
            case REFUSED_BY_RULE -> dropping.add(chain + " (its last rule)");
            case ACCEPTED -> {}
          }
        } catch (KernelException refused) {
          failure =
              Optional.of(
                  program + " has the table filter, which cannot be seen: " + refused.getMessage());
        }
      }
    }
    unreadable = failure;
    return dropping;
  }

  /** What could not be read the last time. */
  Optional<String> unreadable() {
    return unreadable;
  }

  /** To ask the kernel for a table makes it. */
  private static boolean isInUse(AddressFamily family) {
    String names = family == AddressFamily.IPV4 ? "ip_tables_names" : "ip6_tables_names";
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/net", names)).contains(TABLE);
    } catch (IOException notInUse) {
      return false;
    }
  }
}
