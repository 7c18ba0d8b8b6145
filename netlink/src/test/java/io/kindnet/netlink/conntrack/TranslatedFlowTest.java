package io.kindnet.netlink.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.conntrack.FlowEvent.Kind;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Transport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real UDP flows: a client asks port 53 of a host, which leads to port 5353 of a pod. */
@NetworkNamespaces
class TranslatedFlowTest {
  private static final int UDP = 17;
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);

  private static final String RULES =
      """
      table inet nat {
        chain prerouting {
          type nat hook prerouting priority dstnat;
          ip daddr 10.0.0.2 udp dport 53 dnat to 10.244.0.9:5353
          ip6 daddr fd00::2 udp dport 53 dnat to [fd00:244::9]:5353
        }
      }
      """;

  private final Namespace host;
  private final EchoPeer client;
  private final ConntrackSocket conntrack;
  private final ConntrackEvents events;

  TranslatedFlowTest(Namespace host, Namespace client, Namespace pod) {
    this.host = host;
    client.connect("eth0", host, "outside");
    pod.connect("eth0", host, "inside");
    Ip.batch(client, "addr add 10.0.0.1/24 dev eth0\naddr add fd00::1/64 dev eth0 nodad\n");
    Ip.batch(
        host,
        """
        addr add 10.0.0.2/24 dev outside
        addr add fd00::2/64 dev outside nodad
        addr add 10.244.0.1/24 dev inside
        addr add fd00:244::1/64 dev inside nodad
        """);
    Ip.batch(
        pod,
        """
        addr add 10.244.0.9/24 dev eth0
        addr add fd00:244::9/64 dev eth0 nodad
        route add default via 10.244.0.1
        route add default via fd00:244::1
        """);
    host.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    Nft.apply(host, RULES);
    this.client = EchoPeer.in(client, "client");
    EchoPeer.in(pod, "pod")
        .listen(Transport.UDP, "10.244.0.9", 5353)
        .listen(Transport.UDP, "fd00:244::9", 5353);
    try (NetworkNamespace entered = NetworkNamespace.open(host.path().toString())) {
      this.conntrack = entered.call(ConntrackSocket::open);
      this.events = entered.call(ConntrackEvents::open);
    }
  }

  @AfterEach
  void close() {
    events.close();
    conntrack.close();
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1, 10.0.0.2, 10.244.0.9", "fd00::1, fd00::2, fd00:244::9"})
  void isKnownByBothItsDestinations(String source, String destination, String pod) {
    AddressFamily family = AddressFamily.of(IpAddresses.parse(pod));
    client.ask(EchoRequest.udp(destination, 53).from(source, 4000));
    FlowFilter toHost =
        FlowFilter.of(family, UDP).toAddress(IpAddresses.parse(destination)).toPort(53);
    FlowFilter fromPod =
        FlowFilter.of(family, UDP).answeredBy(IpAddresses.parse(pod)).answeredFromPort(5353);

    // two listings need not be of the same second: the time that is left to the flow runs
    assertThat(conntrack.list(toHost))
        .hasSize(1)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("timeoutSeconds")
        .isEqualTo(conntrack.list(fromPod));
    Flow flow = conntrack.list(toHost).getFirst();
    InetAddress from = IpAddresses.parse(source);
    assertThat(flow.original())
        .isEqualTo(FlowTuple.of(UDP, from, 4000, IpAddresses.parse(destination), 53));
    assertThat(flow.reply()).isEqualTo(FlowTuple.of(UDP, IpAddresses.parse(pod), 5353, from, 4000));

    conntrack.delete(fromPod);

    assertThat(conntrack.list(toHost)).isEmpty();
    assertThat(happened())
        .extracting(FlowEvent::kind)
        .startsWith(Kind.NEW)
        .endsWith(Kind.DESTROYED);
  }

  /** Why stale entries are deleted: a flow keeps the translation that it began with. */
  @ParameterizedTest
  @CsvSource({"10.0.0.1, 10.0.0.2", "fd00::1, fd00::2"})
  void followsNewRulesOnlyOnceItsEntryIsDeleted(String source, String destination) {
    AddressFamily family = AddressFamily.of(IpAddresses.parse(destination));
    EchoRequest request = EchoRequest.udp(destination, 53).from(source, 4000);
    host.run("nft", "flush", "table", "inet", "nat");
    Nft.apply(host, RULES.replace("::9", "::8").replace(".9", ".8"));
    assertThat(client.tryAsk(request.waiting(SHORT))).as("of a pod that is gone").isEmpty();
    host.run("nft", "flush", "table", "inet", "nat");
    Nft.apply(host, RULES);
    assertThat(client.tryAsk(request.waiting(SHORT))).isEmpty();

    conntrack.delete(FlowFilter.of(family, UDP).toPort(53));

    assertThat(client.ask(request).server()).isEqualTo("pod");
  }

  private List<FlowEvent> happened() {
    List<FlowEvent> all = new ArrayList<>();
    do {
      all.addAll(events.next(DEADLINE).events());
    } while (all.isEmpty() || all.getLast().kind() != Kind.DESTROYED);
    return all;
  }
}
