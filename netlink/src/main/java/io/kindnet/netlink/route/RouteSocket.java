package io.kindnet.netlink.route;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_ROUTE;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.wire.EchoedRequest;
import io.kindnet.netlink.wire.MessageListener;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkSocket;
import io.kindnet.netlink.wire.RequestCount;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The routing side of one network namespace, the one of the thread that opened it. Any thread may
 * use it afterwards.
 *
 * <pre>{@code
 * try (RouteSocket rt = RouteSocket.open()) {
 *   Link eth0 = rt.links().byName("eth0");
 *   rt.addresses().add(Address.of(eth0, address, 24));
 *   rt.links().change(eth0, LinkChange.nothing().up());
 * }
 * }</pre>
 */
public final class RouteSocket implements AutoCloseable {
  private final NetworkNamespace namespace;
  private final NetlinkSocket socket;
  private final Links links;
  private final Addresses addresses;
  private final Routes routes;
  private final Neighbours neighbours;
  private final FibRules rules;
  private final TrafficControl trafficControl;

  private RouteSocket(NetworkNamespace namespace, NetlinkSocket socket) {
    this.namespace = namespace;
    this.socket = socket;
    this.links = new Links(this, socket);
    this.addresses = new Addresses(this, socket);
    this.routes = new Routes(socket);
    this.neighbours = new Neighbours(socket);
    this.rules = new FibRules(socket);
    this.trafficControl = new TrafficControl(socket);
  }

  /** Opens the namespace of the calling thread. */
  public static RouteSocket open() {
    NetworkNamespace namespace = NetworkNamespace.current();
    try {
      return new RouteSocket(namespace, NetlinkSocket.open(NETLINK_ROUTE));
    } catch (RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  /** Opens {@code namespace}, whichever the thread is in; the handle may be closed afterwards. */
  public static RouteSocket open(NetworkNamespace namespace) {
    return namespace.call(RouteSocket::open);
  }

  /** Network interfaces. */
  public Links links() {
    return links;
  }

  /** Addresses of network interfaces. */
  public Addresses addresses() {
    return addresses;
  }

  /** Routes of both families. */
  public Routes routes() {
    return routes;
  }

  /** Who has which address on a link. */
  public Neighbours neighbours() {
    return neighbours;
  }

  /** Policy rules of both families. */
  public FibRules rules() {
    return rules;
  }

  /** Programs that see what comes in by links. */
  public TrafficControl trafficControl() {
    return trafficControl;
  }

  /**
   * How large packets to the outside may be, in bytes: the smallest MTU of the links that the
   * default routes of both families go through, of these routes themselves, and of IPv6 on these
   * links, which a router may have told.
   *
   * @return empty where there is no default route
   */
  public OptionalInt defaultMtu() {
    OptionalInt smallest = OptionalInt.empty();
    for (AddressFamily family : AddressFamily.values()) {
      Optional<DefaultRoute> route = routes.bestDefault(family);
      OptionalInt mtu =
          route.isPresent() ? DefaultRoutes.mtu(links, route.get()) : OptionalInt.empty();
      if (mtu.isPresent() && (smallest.isEmpty() || mtu.getAsInt() < smallest.getAsInt())) {
        smallest = mtu;
      }
    }
    return smallest;
  }

  /** Listens to changes in this namespace from now on, until the result is closed. */
  public RouteEvents events(RouteEvents.Topic... topics) {
    return namespace.call(() -> RouteEvents.open(topics));
  }

  /** As {@link #events}, without the changes that this socket asks for. */
  public RouteEvents eventsOfOthers(RouteEvents.Topic... topics) {
    return namespace.call(() -> RouteEvents.excludingOwn(socket.portId(), topics));
  }

  /** Listens to changes of the settings of links here, until the result is closed. */
  public NetconfEvents netconfEvents() {
    return namespace.call(NetconfEvents::open);
  }

  /** Sends a request, and waits only until it has been carried out. */
  void requestWithoutWaiting(MessageWriter request) {
    EchoedRequest echoed = new EchoedRequest(NETLINK_ROUTE, request);
    namespace.start(echoed, echoed::refuse);
    echoed.await();
  }

  /**
   * What was sent so far; the prompt deletions of links, which have sockets of their own, excepted.
   */
  public RequestCount requests() {
    return socket.count();
  }

  /** Lets {@code listener} see every datagram from now on; those of events excepted. */
  public void listener(MessageListener listener) {
    socket.listener(listener);
  }

  @Override
  public void close() {
    try (namespace) {
      socket.close();
    }
  }
}
