package io.kindnet.netlink.route;

import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The policy rules of one network namespace, which say where the kernel looks for a route ({@code
 * ip rule}, {@code struct fib_rule_hdr} of {@code linux/fib_rules.h}).
 */
public final class FibRules {
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
        Attribute destination = rule.attributesAfter(FibRule.HEADER_LENGTH).find(FibRule.FRA_DST);
        if (destination != null) {
          int length = rule.require(FibRule.HEADER_LENGTH).get(1) & 0xff;
          destinations.add(new IpPrefix(IpAddresses.of(destination.bytes()), length));
        }
      }
    }
    return destinations;
  }

  /**
   * The rules of both families that one maker made, those of IPv4 first.
   *
   * @param protocol {@code RTPROT_} or a number of one's own
   */
  public List<FibRule> list(int protocol) {
    List<FibRule> rules = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      for (NetlinkMessage message : dump(family)) {
        FibRule rule = FibRule.read(message);
        if (rule.protocol() == protocol) {
          rules.add(rule);
        }
      }
    }
    return rules;
  }

  /** Adds a rule; {@code EEXIST} if there is one that is like it in every part. */
  public void add(FibRule rule) {
    write("add policy rule ", Rtnetlink.RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
  }

  /** Removes the rule that is like {@code rule}; {@code ENOENT} if there is none. */
  public void delete(FibRule rule) {
    write("delete policy rule ", Rtnetlink.RTM_DELRULE, 0, rule);
  }

  private void write(String verb, int type, int flags, FibRule rule) {
    MessageWriter request = new MessageWriter(verb + rule, type, flags);
    rule.pack(request);
    socket.request(request);
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
