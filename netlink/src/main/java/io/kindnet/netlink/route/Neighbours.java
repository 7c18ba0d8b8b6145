package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.Rtnetlink.RTM_DELNEIGH;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWNEIGH;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_REPLACE;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The neighbours of one network namespace, those that it answers for excepted. Every method throws
 * a {@link io.kindnet.netlink.wire.NetlinkException} that says what was being done to which
 * neighbour, if the kernel refuses.
 */
public final class Neighbours {
  private final NetlinkSocket socket;

  Neighbours(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Adds an entry; {@code EEXIST} if there is one for the address. */
  public void add(Neighbour neighbour) {
    socket.request(
        NeighbourMessages.write("add", RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, neighbour));
  }

  /** Adds an entry in place of the one for the address. */
  public void replace(Neighbour neighbour) {
    socket.request(
        NeighbourMessages.write("replace", RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, neighbour));
  }

  /** Removes an entry; {@code ENOENT} if there is none. */
  public void delete(Neighbour neighbour) {
    socket.request(NeighbourMessages.write("delete", RTM_DELNEIGH, 0, neighbour));
  }

  /**
   * Removes what is known of {@code address} on a link, whoever made it; nothing known is no error.
   */
  public void forget(Link link, InetAddress address) {
    try {
      delete(new Neighbour(link.index(), address, Optional.empty(), 0, 0));
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENOENT) {
        throw refused;
      }
    }
  }

  /** All entries of all links. */
  public List<Neighbour> list() {
    return list(0);
  }

  /** The entries of one link: the kernel leaves out the others. */
  public List<Neighbour> list(Link link) {
    return list(link.index());
  }

  private List<Neighbour> list(int linkIndex) {
    List<Neighbour> neighbours = new ArrayList<>();
    for (NetlinkMessage message : socket.dump(NeighbourMessages.list(linkIndex))) {
      if (Rtnetlink.isInternet(NeighbourMessage.parse(message).family())) {
        neighbours.add(NeighbourMessages.read(message));
      }
    }
    return neighbours;
  }
}
