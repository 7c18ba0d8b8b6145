package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The policy rules of one network namespace, which say where the kernel looks for a route ({@code
 * ip rule}, {@code struct fib_rule_hdr} of {@code linux/fib_rules.h}).
 */
public final class FibRules {
  private static final int FRA_DST = 1;
  private static final int HEADER_LENGTH = 12;

  private final NetlinkSocket socket;

  FibRules(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * The destinations of both families that a rule asks for: two addresses that lie in the same of
   * them are the same to all rules.
   */
  public Set<IpPrefix> destinations() {
    Set<IpPrefix> destinations = new HashSet<>();
    for (AddressFamily family : AddressFamily.values()) {
      for (NetlinkMessage rule : dump(family)) {
        Attribute destination = rule.attributesAfter(HEADER_LENGTH).find(FRA_DST);
        if (destination != null) {
          int length = rule.require(HEADER_LENGTH).get(1) & 0xff;
          destinations.add(new IpPrefix(IpAddresses.of(destination.bytes()), length));
        }
      }
    }
    return destinations;
  }

  private List<NetlinkMessage> dump(AddressFamily family) {
    MessageWriter request = new MessageWriter("list policy rules", Rtnetlink.RTM_GETRULE, 0);
    request.u8(family.number()).u8(0).u16(0).u32(0).u32(0);
    try {
      return socket.dump(request);
    } catch (NetlinkException refused) {
      return switch (refused.errno()) {
        // a kernel without policy rules, or without the family
        case EAFNOSUPPORT, EOPNOTSUPP -> List.of();
        default -> throw refused;
      };
    }
  }
}
