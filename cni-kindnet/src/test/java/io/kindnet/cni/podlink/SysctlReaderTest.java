package io.kindnet.cni.podlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class SysctlReaderTest {
  private final Namespace host;

  SysctlReaderTest(Namespace host) {
    this.host = host;
    host.run("ip", "link", "add", "b0", "type", "bridge");
    host.run("ip", "link", "add", "b00", "type", "bridge");
  }

  /**
   * As long as anybody holds the lock of rtnetlink, who reads {@code addr_gen_mode} keeps a
   * processor busy. What the kernel has told is not read; that shows where it is no longer so.
   */
  @Test
  void whatIsKnownIsNotRead() {
    onHost(reader -> {
      host.run("sysctl", "-qw", "net.ipv6.conf.b0.addr_gen_mode=3");
      host.run("sysctl", "-qw", "net.ipv4.conf.b0.arp_ignore=1");

      assertThat(reader.read("ipv6/conf/b0/addr_gen_mode")).hasValue("0");
      assertThat(reader.read("ipv4/conf/b0/arp_ignore")).hasValue("0");
      assertThat(Sysctl.read("ipv6/conf/b0/addr_gen_mode")).hasValue("3");
    });
  }

  @Test
  void whatIsNotKnownIsRead() {
    onHost(reader -> {
      for (String name :
          List.of(
              "ipv4/neigh/b0/mcast_solicit",
              "ipv6/conf/all/forwarding",
              "ipv6/conf/b0/router_solicitation_delay",
              "ipv6/conf/b00/accept_ra")) {
        assertThat(reader.read(name)).isPresent().isEqualTo(Sysctl.read(name));
      }
      assertThat(reader.read("ipv6/conf/b0/none")).isEmpty();
    });
  }

  /** All that an ADD asks for of a link is known, but for what the kernel does not tell. */
  @Test
  void settingsOfLinksAreKnown() {
    onHost(reader -> {
      host.run("ip", "link", "del", "b0");
      for (String key : List.of("forwarding", "arp_ignore")) {
        assertThat(reader.read("ipv4/conf/b0/" + key)).isPresent();
      }
      for (String key :
          List.of(
              "forwarding",
              "hop_limit",
              "accept_ra",
              "dad_transmits",
              "disable_ipv6",
              "accept_dad",
              "addr_gen_mode")) {
        assertThat(reader.read("ipv6/conf/b0/" + key)).isPresent();
      }
    });
  }

  /** Gives {@code test} what the kernel tells of b0, on a thread that is in the namespace. */
  private void onHost(Consumer<SysctlReader> test) {
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString())) {
      namespace.call(() -> {
        try (RouteSocket socket = RouteSocket.open()) {
          test.accept(SysctlReader.of(socket.links().describe("b0")));
        }
        return true;
      });
    }
  }
}
