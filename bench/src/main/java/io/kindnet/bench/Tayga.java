package io.kindnet.bench;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** TAYGA on a node: NAT64 by a process, which takes each packet from a TUN device. */
final class Tayga implements AutoCloseable {
  /** Which addresses it translates; not of the prefix of the agent. */
  static final String PREFIX = "2001:db8:64::/96";

  private static final String CONFIGURATION = "/run/kindnet/tayga.conf";

  private final Daemon daemon;

  private Tayga(Daemon daemon) {
    this.daemon = daemon;
  }

  /** Starts it, with masquerading for its own pool of addresses. */
  static Tayga start(Machine machine) {
    try {
      Files.writeString(
          machine.path(CONFIGURATION),
          """
          tun-device tayga
          ipv4-addr 192.168.255.1
          prefix %s
          dynamic-pool 192.168.255.0/24
          """
              .formatted(PREFIX));
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot configure TAYGA", failed);
    }
    machine.run("tayga", "--config", CONFIGURATION, "--mktun");
    Ip.batch(
        machine.namespace(),
        """
        link set tayga up
        route add 192.168.255.0/24 dev tayga
        route add %s dev tayga
        """
            .formatted(PREFIX));
    machine.run("sysctl", "-qw", "net.ipv4.conf.tayga.forwarding=1");
    CommandResult rules =
        machine.tryRunWithInput(
            """
            table ip tayga {
              chain postrouting {
                type nat hook postrouting priority srcnat;
                ip saddr 192.168.255.0/24 masquerade
              }
            }
            """,
            "nft",
            "-f",
            "-");
    if (!rules.succeeded()) {
      throw new AssertionError("nft: " + rules.stderr());
    }
    return new Tayga(machine.start("tayga", "--config", CONFIGURATION, "--nodetach"));
  }

  @Override
  public void close() {
    daemon.close();
  }
}
