package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optionalRegister;
import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.register;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import org.jspecify.annotations.Nullable;

/**
 * Gives a TCP or UDP packet to a transparent socket ({@code IP_TRANSPARENT}) of this machine,
 * without changing it ({@code enum nft_tproxy_attributes}): to the one that has the packet's
 * connection, else to the one that is bound to an address and a port. <b>Where there is none, the
 * rule ends here</b>, and the packet goes the way that it would go without the rule.
 *
 * <p>In chains of hook prerouting only. The packet still has to be routed to this machine, by a
 * mark for one.
 *
 * @param family of the packet, which has to be matched before
 * @param address what the socket is bound to; null for the first address of the interface that the
 *     packet came by
 * @param port what the socket is bound to; null for the packet's destination port
 */
public record Tproxy(AddressFamily family, @Nullable Register address, @Nullable Register port)
    implements Expression {
  static final String NAME = "tproxy";

  private static final int NFTA_TPROXY_FAMILY = 1;
  private static final int NFTA_TPROXY_REG_ADDR = 2;
  private static final int NFTA_TPROXY_REG_PORT = 3;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    writer.attributeU32Be(NFTA_TPROXY_FAMILY, family.number());
    register(writer, NFTA_TPROXY_REG_ADDR, address);
    register(writer, NFTA_TPROXY_REG_PORT, port);
  }

  static Expression parse(Attributes attributes, Attribute data) {
    int family = attributes.get(NFTA_TPROXY_FAMILY).u32Be();
    if (family != AddressFamily.IPV4.number() && family != AddressFamily.IPV6.number()) {
      return UnknownExpression.of(NAME, data.bytes()); // of both families
    }
    return new Tproxy(
        AddressFamily.ofNumber(family),
        optionalRegister(attributes, NFTA_TPROXY_REG_ADDR),
        optionalRegister(attributes, NFTA_TPROXY_REG_PORT));
  }
}
