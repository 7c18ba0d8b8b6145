package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel announces of settings below {@code /proc/sys/net}. */
@NetworkNamespaces
class NetconfEventsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Namespace host;
  private final RouteSocket rt;

  NetconfEventsTest(Namespace host) {
    this.host = host;
    rt = RouteFixture.open(host);
  }

  @BeforeEach
  void makeLinks() {
    RouteFixture.makeTwoNetworks(host, rt);
    host.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
  }

  @AfterEach
  void close() {
    rt.close();
  }

  @ParameterizedTest
  @CsvSource({"IPV4, net.ipv4.ip_forward", "IPV6, net.ipv6.conf.all.forwarding"})
  void tellsOfAllLinks(AddressFamily family, String setting) {
    try (NetconfEvents events = rt.netconfEvents()) {
      host.run("sysctl", "-q", "-w", setting + "=0");

      readUntil(events, new Netconf(family, Netconf.IFINDEX_ALL, OptionalInt.of(0)));
    }
  }

  @ParameterizedTest
  @CsvSource({"IPV4, ipv4", "IPV6, ipv6"})
  void tellsOfOneLink(AddressFamily family, String name) {
    Link eth0 = rt.links().byName("eth0");
    try (NetconfEvents events = rt.netconfEvents()) {
      host.run("sysctl", "-q", "-w", "net." + name + ".conf.eth0.forwarding=0");

      readUntil(events, new Netconf(family, eth0.index(), OptionalInt.of(0)));
    }
  }

  @Test
  void tellsOfOtherSettingsWithoutForwarding() {
    try (NetconfEvents events = rt.netconfEvents()) {
      host.run("sysctl", "-q", "-w", "net.ipv4.conf.all.rp_filter=2");

      readUntil(events, new Netconf(AddressFamily.IPV4, Netconf.IFINDEX_ALL, OptionalInt.empty()));
    }
  }

  @Test
  void tellsOfItsNamespaceAlone(Namespace other) {
    try (NetworkNamespace handle = NetworkNamespace.open(other.path().toString());
        RouteSocket elsewhere = RouteSocket.open(handle);
        NetconfEvents events = elsewhere.netconfEvents()) {
      host.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=0");
      other.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");

      Netconf all = new Netconf(AddressFamily.IPV4, Netconf.IFINDEX_ALL, OptionalInt.of(1));
      assertThat(readUntil(events, all))
          .doesNotContain(new Netconf(AddressFamily.IPV4, Netconf.IFINDEX_ALL, OptionalInt.of(0)));
    }
  }

  private static List<Netconf> readUntil(NetconfEvents events, Netconf last) {
    List<Netconf> seen = new ArrayList<>();
    long end = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < end) {
      seen.addAll(events.next(SOON).changes());
      if (seen.contains(last)) {
        return seen;
      }
    }
    throw new AssertionError(last + " is not among " + seen);
  }
}
