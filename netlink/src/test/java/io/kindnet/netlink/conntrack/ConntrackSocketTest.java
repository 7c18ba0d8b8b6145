package io.kindnet.netlink.conntrack;

import static io.kindnet.netlink.ip.AddressFamily.IPV4;
import static io.kindnet.netlink.ip.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.KernelVersion;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against entries that {@code conntrack} made, and what it lists afterwards. */
@NetworkNamespaces
class ConntrackSocketTest {
  private static final int UDP = 17;
  private static final int TCP = 6;

  private final Namespace host;
  private final ConntrackSocket conntrack;

  ConntrackSocketTest(Namespace host) {
    this.host = host;
    try (NetworkNamespace entered = NetworkNamespace.open(host.path().toString())) {
      this.conntrack = entered.call(ConntrackSocket::open);
    }
  }

  @AfterEach
  void close() {
    conntrack.close();
  }

  @Test
  void readsWhatAnEntrySays() {
    conntrack(
        "-I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 4000 --dport 53 --timeout 100 --mark 7"
            + " --reply-src 10.244.0.9 --reply-dst 10.0.0.1"
            + " --reply-port-src 5353 --reply-port-dst 4000");

    List<Flow> flows = conntrack.list(FlowFilter.of(IPV4, UDP));

    assertThat(flows).hasSize(1);
    Flow flow = flows.getFirst();
    assertThat(flow.original()).isEqualTo(udp("10.0.0.1", 4000, "10.0.0.2", 53));
    assertThat(flow.reply()).isEqualTo(udp("10.244.0.9", 5353, "10.0.0.1", 4000));
    assertThat(flow.mark()).isEqualTo(7);
    assertThat(flow.timeoutSeconds()).isBetween(90, 100);
    assertThat(flow)
        .hasToString("17 10.0.0.1 4000 > 10.0.0.2 53, reply 17 10.244.0.9 5353 > 10.0.0.1 4000");
  }

  @ParameterizedTest
  @EnumSource
  void listsWhatTheFilterMeans(AddressFamily family) {
    insertVarious(family);
    InetAddress destination = address(family, 2);

    assertThat(sourcePorts(FlowFilter.of(family, UDP))).containsExactly(1, 2, 3, 4, 5);
    assertThat(sourcePorts(FlowFilter.of(family, TCP))).containsExactly(6);
    assertThat(sourcePorts(FlowFilter.of(family, UDP).toPort(53))).containsExactly(1, 3, 4, 5);
    assertThat(sourcePorts(FlowFilter.of(family, UDP).toAddress(destination)))
        .containsExactly(1, 2, 4, 5);
    assertThat(sourcePorts(FlowFilter.of(family, UDP).toAddress(destination).toPort(53)))
        .containsExactly(1, 4, 5);
    assertThat(sourcePorts(FlowFilter.of(family, UDP).answeredBy(address(family, 9))))
        .containsExactly(4, 5);
    assertThat(
            sourcePorts(
                FlowFilter.of(family, UDP).answeredBy(address(family, 9)).answeredFromPort(5353)))
        .containsExactly(4);
    assertThat(sourcePorts(FlowFilter.of(family, UDP).toPort(99).answeredBy(address(family, 9))))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void deletesWhatTheFilterMeans(AddressFamily family) {
    insertVarious(family);
    insertVarious(family == IPV4 ? IPV6 : IPV4);

    conntrack.delete(
        FlowFilter.of(family, UDP).answeredBy(address(family, 9)).answeredFromPort(5353));
    assertThat(listed(family, "udp")).containsExactly(1, 2, 3, 5);

    conntrack.delete(FlowFilter.of(family, UDP).toAddress(address(family, 2)).toPort(53));
    assertThat(listed(family, "udp")).containsExactly(2, 3);

    conntrack.delete(FlowFilter.of(family, UDP));
    assertThat(listed(family, "udp")).isEmpty();

    assertThat(listed(family, "tcp")).containsExactly(6);
    AddressFamily other = family == IPV4 ? IPV6 : IPV4;
    assertThat(listed(other, "udp")).containsExactly(1, 2, 3, 4, 5);
  }

  @ParameterizedTest
  @EnumSource
  void deletesFlowsOneByOneWhereTheKernelCannotSearch(AddressFamily family) {
    insertVarious(family);
    List<Flow> flows = conntrack.list(FlowFilter.of(family, UDP).toPort(53));

    conntrack.delete(flows);
    conntrack.delete(flows);

    assertThat(listed(family, "udp")).containsExactly(2);
  }

  @Test
  void deletesInZonesAndIcmp() {
    conntrack("-I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 --timeout 100 --zone 5");
    conntrack(
        "-I -p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 77"
            + " --timeout 100");
    conntrack(
        "-I -p icmpv6 -s fd00::1 -d fd00::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 77"
            + " --timeout 100");
    List<Flow> zoned = conntrack.list(FlowFilter.of(IPV4, UDP));
    List<Flow> icmp = conntrack.list(FlowFilter.of(IPV4, 1));
    List<Flow> icmp6 = conntrack.list(FlowFilter.of(IPV6, 58));
    assertThat(zoned).extracting(Flow::zone).containsExactly(5);
    assertThat(icmp)
        .extracting(flow -> flow.original().icmp())
        .containsExactly(new FlowTuple.Icmp(77, 8, 0));

    conntrack.delete(zoned);
    conntrack.delete(icmp);
    conntrack.delete(icmp6);

    assertThat(conntrack("-L")).isEmpty();
    assertThat(conntrack("-L -f ipv6")).isEmpty();
  }

  @Test
  void theKernelLeavesOutWhatIsNotMeant() {
    for (int port = 1; port <= 200; port++) {
      insert(IPV4, "udp", port, address(IPV4, 2), 53, "");
    }
    insert(IPV4, "udp", 1, address(IPV4, 3), 54, "");
    MessageRecorder recorder = new MessageRecorder();
    conntrack.listener((direction, bytes) -> {
      if (direction.equals("received")) {
        recorder.received(bytes);
      } else {
        recorder.sent(bytes);
      }
    });

    assertThat(conntrack.list(FlowFilter.of(IPV4, UDP).toPort(54))).hasSize(1);
    int received =
        recorder.messages(MessageRecorder.Direction.RECEIVED).stream()
            .mapToInt(message -> message.bytes().length)
            .sum();
    assertThat(received).as("bytes for one flow of 201").isLessThan(1000);
    recorder.clear();

    conntrack.delete(FlowFilter.of(IPV4, UDP).toPort(53));

    // one that is refused, a list, and all deletions at once, where the kernel cannot search itself
    int requests = KernelVersion.running().isAtLeast(6, 11) ? 1 : 3;
    assertThat(recorder.messages(MessageRecorder.Direction.SENT)).hasSize(requests);
    assertThat(sourcePorts(FlowFilter.of(IPV4, UDP))).hasSize(1);
  }

  /** Five UDP flows and a TCP flow, told apart by their source ports. */
  private void insertVarious(AddressFamily family) {
    insert(family, "udp", 1, address(family, 2), 53, "");
    insert(family, "udp", 2, address(family, 2), 54, "");
    insert(family, "udp", 3, address(family, 3), 53, "");
    insert(family, "udp", 4, address(family, 2), 53, answered(family, 5353, 4));
    insert(family, "udp", 5, address(family, 2), 53, answered(family, 5354, 5));
    insert(family, "tcp", 6, address(family, 2), 53, " --state ESTABLISHED");
  }

  private static String answered(AddressFamily family, int port, int sourcePort) {
    return " --reply-src "
        + IpAddresses.format(address(family, 9))
        + " --reply-dst "
        + IpAddresses.format(address(family, 1))
        + " --reply-port-src "
        + port
        + " --reply-port-dst "
        + sourcePort;
  }

  private void insert(
      AddressFamily family,
      String protocol,
      int sourcePort,
      InetAddress destination,
      int port,
      String more) {
    conntrack(
        "-I -p "
            + protocol
            + " -s "
            + IpAddresses.format(address(family, 1))
            + " -d "
            + IpAddresses.format(destination)
            + " --sport "
            + sourcePort
            + " --dport "
            + port
            + " --timeout 100"
            + more);
  }

  private String conntrack(String arguments) {
    return host.run(("conntrack " + arguments).split(" "));
  }

  private static InetAddress address(AddressFamily family, int number) {
    return IpAddresses.parse((family == IPV4 ? "10.0.0." : "fd00::") + number);
  }

  private static FlowTuple udp(String source, int sourcePort, String destination, int port) {
    return FlowTuple.of(
        UDP, IpAddresses.parse(source), sourcePort, IpAddresses.parse(destination), port);
  }

  private Set<Integer> sourcePorts(FlowFilter filter) {
    Set<Integer> ports = new TreeSet<>();
    for (Flow flow : conntrack.list(filter)) {
      ports.add(flow.original().sourcePort());
    }
    return ports;
  }

  /** What {@code conntrack -L} lists. */
  private Set<Integer> listed(AddressFamily family, String protocol) {
    String arguments = "-L -p " + protocol + " -f " + (family == IPV4 ? "ipv4" : "ipv6");
    Set<Integer> ports = new TreeSet<>();
    for (String line : conntrack(arguments).lines().toList()) {
      ports.add(Integer.valueOf(line.replaceFirst(".*? sport=(\\d+) .*", "$1")));
    }
    return ports;
  }
}
