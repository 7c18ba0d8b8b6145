package io.kindnet.kindnetd.callserver;

import static io.kindnet.kindnetd.callserver.EnforcingNode.addresses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.traffic.PacketFlood;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods that are ports of one bridge reach each other without the host's routing. */
@NetworkNamespaces
class BridgedPodsTest {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String BRIDGE = "kind-br";
  private static final int MANY = 200;
  private static final int PORT = 7777;

  private final Namespace host;
  private final Namespace pod;
  private final Namespace other;
  private final Path directory;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private EnforcingNode node;

  BridgedPodsTest(Namespace host, Namespace pod, Namespace other, @TempDir Path directory) {
    this.host = host;
    this.pod = pod;
    this.other = other;
    this.directory = directory;
  }

  /** No rules see what passes bridges, as on a host that nobody has prepared. */
  @BeforeEach
  void makeNode() {
    host.run("sh", "-c", "test -d /proc/sys/net/bridge || modprobe br_netfilter");
    host.run("sysctl", "-q", "-w", "net.bridge.bridge-nf-call-iptables=0");
    host.run("sysctl", "-q", "-w", "net.bridge.bridge-nf-call-ip6tables=0");
    node = new EnforcingNode(host, directory, BRIDGE);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
    node.close();
  }

  @Test
  void aPacketMeetsThePoliciesOnce() throws Exception {
    node.agents()
        .put(EnforcingAgents.policy("default", "of-others", EnforcingAgents.labelled("app", "db")));
    node.agents().show("default", "web");
    node.agents().show("default", "peer");
    node.add("default", "web", pod);
    JsonNode peer = node.add("default", "peer", other);
    for (InetAddress address : addresses(peer)) {
      try (PacketFlood flood = PacketFlood.start(pod, other, address)) {
        flood.awaitReceived(1); // they know each other now
      }
    }
    Nft.apply(
        host,
        """
        table inet probe {
          chain postrouting {
            type filter hook postrouting priority 95; policy accept;
            udp dport 7777 counter
          }
        }
        """);

    for (InetAddress address : addresses(peer)) {
      send(address, MANY / 2);
    }

    assertThat(Nft.table(host, "inet", "probe")).contains("counter packets " + MANY + " ");
  }

  private void send(InetAddress address, int packets) throws IOException {
    try (NetworkNamespace entered = NetworkNamespace.open(pod.path().toString());
        DatagramSocket socket = entered.call(() -> new DatagramSocket(0))) {
      for (int packet = 0; packet < packets; packet++) {
        socket.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(address, PORT)));
      }
    }
  }

  /** Addresses that no policy knows are no way around policies. */
  @Test
  void linkLocalAddressesAndGroupsLeadNowhere() throws Exception {
    node.agents().denyAllIn("default");
    node.agents().show("default", "web");
    node.agents().show("default", "peer");
    node.add("default", "web", pod);
    node.add("default", "peer", other);
    // sockets of Java do not hear groups that they have not joined
    Nft.apply(
        other,
        """
        table inet probe {
          chain prerouting {
            type filter hook prerouting priority -300; policy accept;
            meta l4proto udp ip6 daddr fe80::/10 counter
            meta l4proto udp ip6 daddr ff02::1 counter
            meta l4proto udp ip daddr 224.0.0.1 counter
            meta l4proto udp ip daddr 255.255.255.255 counter
          }
        }
        """);
    List<PacketFlood> floods = new ArrayList<>();
    for (InetAddress address :
        List.of(
            onLink(linkLocalOf(other)),
            onLink(IpAddresses.parse("ff02::1")),
            IpAddresses.parse("224.0.0.1"),
            IpAddresses.parse("255.255.255.255"))) {
      PacketFlood flood = PacketFlood.start(pod, other, address);
      opened.add(flood);
      floods.add(flood);
    }

    for (PacketFlood flood : floods) {
      flood.awaitSent(MANY);
    }
    assertThat(arrived()).hasSize(4).allMatch("0"::equals);

    // these are what keeps them
    node.agents().stopEnforcing();
    Nft.apply(host, "flush table inet kindnet-network-policies");
    Eventually.within(SOON, () -> assertThat(arrived()).hasSize(4).noneMatch("0"::equals));
  }

  /** How many packets each of the counters has seen. */
  private List<String> arrived() {
    return Pattern.compile("counter packets (\\d+)")
        .matcher(Nft.table(other, "inet", "probe"))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  private static InetAddress linkLocalOf(Namespace namespace) {
    String addresses = namespace.run("ip", "-6", "-br", "addr", "show", "dev", "eth0");
    for (String word : addresses.split("\\s+")) {
      if (word.startsWith("fe80:")) {
        return IpAddresses.parse(word.substring(0, word.indexOf('/')));
      }
    }
    throw new AssertionError("no link-local address: " + addresses);
  }

  private InetAddress onLink(InetAddress address) throws UnknownHostException {
    String link = Ip.json(pod, "link", "show", "eth0");
    int index = Integer.parseInt(link.replaceFirst("(?s).*\"ifindex\":(\\d+),.*", "$1"));
    return Inet6Address.getByAddress(null, address.getAddress(), index);
  }

  @Test
  void theBridgeIsPutRight() throws Exception {
    node.agents().show("default", "web");
    node.add("default", "web", pod);
    assertThat(bridge()).contains("nf_call_iptables 1 nf_call_ip6tables 1");

    // counted from the agent's first pass on that has seen the bridge as it should be
    Eventually.within(
        SOON,
        () -> {
          host.run("ip", "link", "set", BRIDGE, "type", "bridge", "nf_call_iptables", "0");
          Eventually.within(
              SOON, () -> assertThat(bridge()).contains("nf_call_iptables 1 nf_call_ip6tables 1"));
          assertThat(node.metric("kindnet_repairs_total{agent=\"bridge-filter\"}"))
              .matches("[1-9].*");
        });
  }

  private String bridge() {
    return host.run("ip", "-d", "link", "show", BRIDGE);
  }
}
