package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.Rtnetlink.RTM_DELADDR;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWADDR;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_REPLACE;

import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of one network namespace. Every method throws a {@link
 * io.kindnet.netlink.wire.NetlinkException} that says what was being done to which address, if the
 * kernel refuses.
 */
public final class Addresses {
  private final NetlinkSocket socket;

  Addresses(NetlinkSocket socket) {
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

  /** The addresses of one link, IPv4 first: the kernel leaves out the others. */
  public List<Address> list(Link link) {
    return list(link.index());
  }

  private List<Address> list(int linkIndex) {
    List<Address> addresses = new ArrayList<>();
    for (NetlinkMessage message : socket.dump(AddressMessages.list(linkIndex))) {
      if (Rtnetlink.isInternet(IfAddrMessage.parse(message).family())) {
        addresses.add(AddressMessages.read(message));
      }
    }
    return addresses;
  }
}
