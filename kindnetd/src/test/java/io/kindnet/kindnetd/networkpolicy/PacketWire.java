package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.NativeDatagramSocket;
import io.kindnet.netlink.libc.Wakeup;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A router and the wires at both of its sides: packets of any source and destination go in at one
 * and come out at the other, if the router forwards them; those of its own addresses it sends
 * itself. Connections are not tracked, so that each packet is the first of its own.
 */
final class PacketWire implements AutoCloseable {
  private static final int AF_PACKET = 17; // linux/if_packet.h
  private static final int IPPROTO_RAW = 255; // linux/in.h
  private static final List<InetAddress> OWN =
      List.of(IpAddresses.parse(RandomScenarios.OWN_V4), IpAddresses.parse(RandomScenarios.OWN_V6));
  private static final int ETH_P_ALL = 3;
  private static final int ETH_P_IP = 0x0800;
  private static final int ETH_P_IPV6 = 0x86dd;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUFFORCE = 33;
  private static final Pattern LINK = Pattern.compile("(?s)^(\\d+): .*link/ether ([0-9a-f:]+).*");
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final int MARKER = -1;

  private final NativeDatagramSocket in;
  private final Map<AddressFamily, NativeDatagramSocket> own = new EnumMap<>(AddressFamily.class);
  private final NativeDatagramSocket out;
  private final Wakeup never = new Wakeup();
  private final int inIndex;
  private final byte[] routerLink;
  private int lastMarker = MARKER;

  /**
   * @param router is given two links and forwards all that it is not the destination of
   */
  PacketWire(Namespace source, Namespace router, Namespace sink) {
    router.loopbackUp();
    router.connect("in", source, "eth0");
    router.connect("out", sink, "eth0");
    router.run(
        "sysctl",
        "-q",
        "-w",
        "net/ipv4/ip_forward=1",
        "net/ipv6/conf/all/forwarding=1",
        "net/ipv4/conf/all/rp_filter=0",
        "net/ipv4/conf/in/rp_filter=0",
        "net/ipv4/conf/all/send_redirects=0");
    String sinkLink = link(sink, "eth0").group(2);
    Ip.batch(
        router,
        """
        address add 192.0.2.1/30 dev out
        address add fd00:ffff::1/126 dev out nodad
        neigh replace 192.0.2.2 lladdr %1$s nud permanent dev out
        neigh replace fd00:ffff::2 lladdr %1$s nud permanent dev out
        route add default via 192.0.2.2 dev out
        route add default via fd00:ffff::2 dev out
        """
            .formatted(sinkLink));
    Nft.apply(
        router,
        """
        table inet no-tracking {
          chain prerouting { type filter hook prerouting priority raw; notrack; }
          chain output { type filter hook output priority raw; notrack; }
        }
        """);
    routerLink = bytes(link(router, "in").group(2));
    inIndex = Integer.parseInt(link(source, "eth0").group(1));
    in = in(source, () -> NativeDatagramSocket.open(AF_PACKET, 0, "packet socket"));
    out = in(sink, () -> NativeDatagramSocket.open(AF_PACKET, 0, "packet socket"));
    for (AddressFamily family : AddressFamily.values()) {
      own.put(
          family,
          in(
              router,
              () -> NativeDatagramSocket.openRaw(family.number(), IPPROTO_RAW, "raw socket")));
    }
    out.option(SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20);
    out.bind(address(ETH_P_ALL, Integer.parseInt(link(sink, "eth0").group(1)), new byte[6]));
    // the links are up a moment after they were set up
    Eventually.within(
        DEADLINE,
        () -> {
          send(marker(), MARKER);
          assertThat(out.await(never, SHORT)).isTrue();
        });
    // and so are the router's addresses
    List<Packet> ofRouter =
        List.of(
            new Packet(OWN.getFirst(), IpAddresses.parse("198.51.100.2"), 17, 9),
            new Packet(OWN.getLast(), IpAddresses.parse("2001:db8::2"), 17, 9));
    Eventually.within(DEADLINE, () -> assertThat(arrivals(ofRouter)).hasSize(ofRouter.size()));
  }

  private static NativeDatagramSocket in(
      Namespace namespace, Callable<NativeDatagramSocket> opening) {
    try (NetworkNamespace entered = NetworkNamespace.open(namespace.path().toString())) {
      return entered.call(opening);
    }
  }

  private static Matcher link(Namespace namespace, String name) {
    Matcher link = LINK.matcher(namespace.run("ip", "-o", "link", "show", name));
    assertThat(link.matches()).isTrue();
    return link;
  }

  private static byte[] bytes(String link) {
    byte[] bytes = new byte[6];
    String[] parts = link.split(":");
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(parts[i], 16);
    }
    return bytes;
  }

  /** A {@code struct sockaddr_ll}. */
  private static byte[] address(int protocol, int index, byte[] link) {
    ByteBuffer address = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
    address.putShort((short) AF_PACKET);
    address.order(ByteOrder.BIG_ENDIAN).putShort((short) protocol);
    address.order(ByteOrder.nativeOrder()).putInt(index).putShort((short) 0).put((byte) 0);
    address.put((byte) link.length).put(link);
    return address.array();
  }

  /**
   * A packet.
   *
   * @param protocol its {@code IPPROTO_} number; one without ports is an echo request
   * @param port of the destination, where there are ports
   */
  record Packet(InetAddress source, InetAddress destination, int protocol, int port) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s -> %s protocol %d port %d",
          IpAddresses.format(source),
          IpAddresses.format(destination),
          protocol,
          port);
    }
  }

  /**
   * Those of {@code packets}, by their places, that come out of a router on which nothing changes.
   * What does not come out at first is sent again: where this thread goes on on another processor,
   * the marker behind the packets overtakes one that still waits on the first.
   */
  Set<Integer> steadyArrivals(List<Packet> packets) {
    Set<Integer> arrived = arrivals(packets);
    for (int i = 0; i < packets.size(); i++) {
      if (!arrived.contains(i)) {
        send(packets.get(i), i);
      }
    }
    receiveUntilMarker(arrived);
    return arrived;
  }

  /** Those of {@code packets}, by their places, that come out when they are sent once. */
  Set<Integer> arrivals(List<Packet> packets) {
    for (int i = 0; i < packets.size(); i++) {
      send(packets.get(i), i);
    }
    Set<Integer> arrived = new HashSet<>();
    receiveUntilMarker(arrived);
    return arrived;
  }

  private void receiveUntilMarker(Set<Integer> arrived) {
    int marker = --lastMarker;
    send(marker(), marker);
    int index = receive();
    while (index != marker) {
      if (index >= 0) {
        arrived.add(index);
      }
      index = receive();
    }
  }

  private int receive() {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      NativeDatagramSocket.Datagram datagram = out.receiveNow();
      if (datagram == null) {
        assertThat(System.nanoTime()).as("the marker does not arrive").isLessThan(deadline);
        out.await(never, SHORT);
        continue;
      }
      OptionalInt index = PacketBytes.index(datagram.bytes());
      if (index.isPresent()) {
        return index.getAsInt();
      }
    }
  }

  private static Packet marker() {
    return new Packet(IpAddresses.parse("198.51.100.1"), IpAddresses.parse("198.51.100.2"), 17, 9);
  }

  private void send(Packet packet, int index) {
    ByteBuffer bytes = PacketBytes.of(packet, index);
    if (OWN.contains(packet.source())) {
      sendOwn(packet, bytes);
      return;
    }
    int type = packet.destination().getAddress().length == 4 ? ETH_P_IP : ETH_P_IPV6;
    in.send(bytes, address(type, inIndex, routerLink));
  }

  private void sendOwn(Packet packet, ByteBuffer bytes) {
    AddressFamily family = AddressFamily.of(packet.source());
    try {
      Objects.requireNonNull(own.get(family)).send(bytes, address(packet.destination()));
    } catch (KernelException e) {
      if (e.errno() != Errno.EPERM) { // which is how a sender hears that a rule drops
        throw e;
      }
    }
  }

  /** A {@code struct sockaddr_in} or {@code sockaddr_in6}, without a port. */
  private static byte[] address(InetAddress destination) {
    AddressFamily family = AddressFamily.of(destination);
    boolean ipv4 = family == AddressFamily.IPV4;
    ByteBuffer address = ByteBuffer.allocate(ipv4 ? 16 : 28).order(ByteOrder.nativeOrder());
    address.putShort((short) family.number());
    return address.position(ipv4 ? 4 : 8).put(destination.getAddress()).array();
  }

  @Override
  public void close() {
    in.close();
    own.values().forEach(NativeDatagramSocket::close);
    out.close();
    never.close();
  }
}
