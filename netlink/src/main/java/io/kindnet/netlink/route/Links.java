package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The links of one network namespace. Every method throws a {@link NetlinkException} that says what
 * was being done to which link, if the kernel refuses.
 */
public final class Links {
  private final RouteSocket owner;
  private final NetlinkSocket socket;

  Links(RouteSocket owner, NetlinkSocket socket) {
    this.owner = owner;
    this.socket = socket;
  }

  /** The link {@code name}; {@code ENODEV} if there is none. */
  public Link byName(String name) {
    return LinkReader.read(socket.get(LinkRequests.get(name)));
  }

  /** The link with {@code index}; {@code ENODEV} if there is none. */
  public Link byIndex(int index) {
    return LinkReader.read(socket.get(LinkRequests.get(index)));
  }

  /** The link {@code name} with its sysctls; {@code ENODEV} if there is none. */
  public DescribedLink describe(String name) {
    return LinkReader.describe(socket.get(LinkRequests.get(name)));
  }

  /** The link with {@code index}, with its sysctls; {@code ENODEV} if there is none. */
  public DescribedLink describe(int index) {
    return LinkReader.describe(socket.get(LinkRequests.get(index)));
  }

  /** The link {@code name}; empty if there is none. */
  public Optional<Link> findByName(String name) {
    return find(LinkRequests.get(name));
  }

  /** The link with {@code index}; empty if there is none. */
  public Optional<Link> findByIndex(int index) {
    return find(LinkRequests.get(index));
  }

  /**
   * The link with {@code index} in the namespace that this one knows by the number {@code
   * namespaceId}, such as {@link Link#peerNamespaceId}; empty if there is none.
   */
  public Optional<Link> findByIndexIn(int namespaceId, int index) {
    return find(LinkRequests.getIn(namespaceId, index));
  }

  /**
   * The other end of {@code veth}, in whichever namespace; empty if its namespace has no number
   * here, or is going just now.
   */
  public Optional<Link> findPeer(Link veth) {
    try {
      return veth.peerNamespaceId().isPresent()
          ? findByIndexIn(veth.peerNamespaceId().getAsInt(), veth.peerIndex())
          : findByIndex(veth.peerIndex());
    } catch (NetlinkException gone) {
      return Optional.empty();
    }
  }

  /** All links. */
  public List<Link> list() {
    return list("");
  }

  /** The links of one kind, such as {@code veth}; all for an empty kind. */
  public List<Link> list(String kind) {
    List<Link> links = new ArrayList<>();
    for (NetlinkMessage message : socket.dump(LinkRequests.list(kind))) {
      Link link = LinkReader.read(message);
      // the kernel does not filter by a kind whose module is not loaded
      if (kind.isEmpty() || link.kind().equals(kind)) {
        links.add(link);
      }
    }
    return links;
  }

  /** Makes both ends of a veth in one step, down; {@code EEXIST} if a name is taken. */
  public void create(VethPair pair) {
    socket.request(LinkRequests.create(pair));
  }

  /** Makes a bridge without ports, down. */
  public void createBridge(String name) {
    socket.request(LinkRequests.create("bridge", name));
  }

  /**
   * Makes a bridge without ports, down. It keeps {@code mac}: one without takes the lowest of its
   * ports' addresses, another one as ports come and go.
   */
  public void createBridge(String name, MacAddress mac) {
    socket.request(LinkRequests.create("bridge", name, Optional.of(mac)));
  }

  /** Makes a device that swallows what is sent, down. */
  public void createDummy(String name) {
    socket.request(LinkRequests.create("dummy", name));
  }

  /** Carries out a change. */
  public void change(Link link, LinkChange change) {
    socket.request(change.toMessage(link));
  }

  /** Lets {@code port}, a bridge's, send a packet back where it came from, or not. */
  public void setHairpin(Link port, boolean on) {
    socket.request(LinkRequests.hairpin(port, on));
  }

  /**
   * Lets the rules of IP, such as those of an nftables table {@code inet}, see what passes between
   * the ports of {@code bridge}, or not. They do so only where the kernel has {@code br_netfilter},
   * and may do so for all bridges of the network namespace.
   */
  public void filterBridged(Link bridge, boolean on) {
    socket.request(LinkRequests.filterBridged(bridge, on));
  }

  /**
   * Whether {@link #filterBridged} is on for {@code bridge}; false also if it is none, or gone, or
   * the kernel knows no such rules.
   */
  public boolean filtersBridged(Link bridge) {
    return ask(LinkRequests.get(bridge.index())).filter(LinkReader::filtersBridged).isPresent();
  }

  /** Removes a link; of a veth, the other end goes too. */
  public void delete(Link link) {
    socket.request(LinkRequests.delete(link));
  }

  /** Removes the link {@code name}; {@code ENODEV} if there is none. */
  public void delete(String name) {
    socket.request(LinkRequests.delete(name));
  }

  /**
   * Removes the link {@code name}, and waits only until nothing leads to it any more: neither its
   * name, nor its index, nor a route. The kernel goes on for some 20 ms, until nobody holds what
   * was the link ({@code netdev_run_todo} in {@code net/core/dev.c}); a process that ends meanwhile
   * does, too.
   *
   * @throws NetlinkException {@code ENODEV} if there is none
   */
  public void deleteWithoutWaiting(String name) {
    owner.requestWithoutWaiting(LinkRequests.delete(name));
  }

  /**
   * Waits until the link {@link Link#isOperational carries traffic}: on the kernel's notification,
   * not by asking again and again.
   *
   * @return the link as it is then
   * @throws NetlinkException {@code ETIMEDOUT} with the state that it is in after {@code timeout},
   *     {@code ENODEV} if there is no such link, or no longer
   */
  public Link awaitUp(int index, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (RouteEvents events = owner.events(RouteEvents.Topic.LINKS)) {
      Link link = byIndex(index);
      while (!link.isOperational()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new NetlinkException(
              "wait for link " + link.name() + " to come up",
              Errno.ETIMEDOUT,
              (link.isUp() ? "it is set up, its" : "it is set down, its")
                  + " operational state is "
                  + link.operationalState());
        }
        events.next(Duration.ofNanos(left));
        link = byIndex(index);
      }
      return link;
    }
  }

  /**
   * How large packets of {@code family} may be that leave by the link with {@code index}: IPv6 has
   * an MTU of its own, which may be smaller than the link's. Empty if there is no such link.
   */
  OptionalInt mtu(int index, AddressFamily family) {
    Optional<NetlinkMessage> answer = ask(LinkRequests.get(index));
    if (answer.isEmpty()) {
      return OptionalInt.empty();
    }
    int mtu = LinkReader.read(answer.get()).mtu();
    return OptionalInt.of(
        family == AddressFamily.IPV6
            ? Math.min(mtu, LinkReader.ipv6Mtu(answer.get()).orElse(mtu))
            : mtu);
  }

  private Optional<Link> find(MessageWriter request) {
    return ask(request).map(LinkReader::read);
  }

  private Optional<NetlinkMessage> ask(MessageWriter request) {
    return Optional.ofNullable(socket.find(request, Errno.ENODEV));
  }
}
