package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.Rtnetlink.RTM_DELADDR;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWADDR;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_REPLACE;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The addresses of one network namespace. Every method throws a {@link NetlinkException} that says
 * what was being done to which address, if the kernel refuses.
 */
public final class Addresses {
  private final RouteSocket owner;
  private final NetlinkSocket socket;

  Addresses(RouteSocket owner, NetlinkSocket socket) {
    this.owner = owner;
    this.socket = socket;
  }

  /** Adds an address; {@code EEXIST} if the link has it with the same prefix length. */
  public void add(Address address) {
    socket.request(AddressMessages.write("add", RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address));
  }

  /** Adds an address, or changes the flags of the one that is there. */
  public void replace(Address address) {
    socket.request(
        AddressMessages.write("replace", RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, address));
  }

  /** Removes an address; {@code EADDRNOTAVAIL} if the link does not have it. */
  public void delete(Address address) {
    socket.request(AddressMessages.write("delete", RTM_DELADDR, 0, address));
  }

  /** All addresses of all links, IPv4 first. */
  public List<Address> list() {
    return list(0);
  }

  /**
   * All addresses in the namespace that this one knows by the number {@code namespaceId}, such as
   * {@link Link#peerNamespaceId}, IPv4 first.
   */
  public List<Address> listIn(int namespaceId) {
    return list(AddressMessages.listIn(namespaceId));
  }

  /** The addresses of one link, IPv4 first: the kernel leaves out the others. */
  public List<Address> list(Link link) {
    return list(link.index());
  }

  /**
   * The IPv6 address that is {@code address}, whichever link has it and whatever its state: it has
   * no route yet while it is tentative or its link is down. Asks for one address, not for all; the
   * kernel has no such request for IPv4, whose addresses have their routes at once.
   */
  public Optional<Address> find(Inet6Address address) {
    return Optional.ofNullable(socket.find(AddressMessages.find(address), Errno.EADDRNOTAVAIL))
        .map(AddressMessages::read);
  }

  /**
   * Waits until packets to the address arrive: on the kernel's notification, not by asking again
   * and again. An IPv6 address gets its local route only some time after it was added, when the
   * link is up and duplicate address detection is through, or was passed over.
   *
   * @throws NetlinkException {@code EADDRINUSE} if another host on the link has the address, {@code
   *     EADDRNOTAVAIL} if the link does not have it, {@code ETIMEDOUT} with its state after {@code
   *     timeout}
   */
  public void awaitUsable(Address address, Duration timeout) {
    String what = "wait for address " + address + " of link " + address.linkIndex();
    long deadline = System.nanoTime() + timeout.toNanos();
    try (RouteEvents events = owner.events(RouteEvents.Topic.ADDRESSES, RouteEvents.Topic.ROUTES)) {
      while (true) {
        Address now = find(address, what);
        if (now.isDuplicate()) {
          throw new NetlinkException(what, Errno.EADDRINUSE, "another host on the link has it");
        }
        if (!now.isTentative() && hasLocalRoute(now)) {
          return;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new NetlinkException(
              what, Errno.ETIMEDOUT, now.isTentative() ? "it is tentative" : "it has no route");
        }
        events.next(Duration.ofNanos(left));
      }
    }
  }

  private Address find(Address wanted, String what) {
    for (Address address : list(wanted.linkIndex())) {
      if (address.address().equals(wanted.address())
          && address.prefixLength() == wanted.prefixLength()) {
        return address;
      }
    }
    throw new NetlinkException(what, Errno.EADDRNOTAVAIL, "the link does not have it");
  }

  private boolean hasLocalRoute(Address address) {
    RouteFilter local =
        new RouteFilter(
            Optional.of(address.family()),
            RouteConstants.RT_TABLE_LOCAL,
            0,
            RouteConstants.RTN_LOCAL,
            address.linkIndex());
    IpPrefix itself = IpPrefix.host(address.address());
    for (Route route : owner.routes().list(local)) {
      if (route.destination().equals(itself)) {
        return true;
      }
    }
    return false;
  }

  private List<Address> list(int linkIndex) {
    return list(AddressMessages.list(linkIndex));
  }

  private List<Address> list(MessageWriter request) {
    List<Address> addresses = new ArrayList<>();
    for (NetlinkMessage message : socket.dump(request)) {
      if (Rtnetlink.isInternet(IfAddrMessage.parse(message).family())) {
        addresses.add(AddressMessages.read(message));
      }
    }
    return addresses;
  }
}
