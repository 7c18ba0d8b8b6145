package io.kindnet.netlink.nftables;

import io.kindnet.netlink.nftables.expr.Verdict;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a chain did to a packet that is traced ({@code enum nft_trace_attributes}).
 *
 * @param id of the packet; it stays the same from chain to chain, and where a packet is
 *     encapsulated
 * @param table the chain's table
 * @param chain the chain's name
 * @param type what this is about
 * @param ruleHandle of a rule; 0 for none
 * @param verdict what comes of it
 * @param inInterface index of the interface that it came by; 0 for none
 * @param outInterface index of the interface that it leaves by; 0 for none
 * @param mark the packet's mark
 * @param packet what it looks like, told once for each base chain
 * @param connection the connection that it belongs to, told with {@code packet} by Linux 6.16 and
 *     newer
 */
public record TraceEvent(
    int id,
    Table table,
    String chain,
    Type type,
    long ruleHandle,
    Verdict verdict,
    int inInterface,
    int outInterface,
    int mark,
    Optional<Headers> packet,
    Optional<Connection> connection) {
  /** What an event is about ({@code enum nft_trace_types}). */
  public enum Type {
    /** The end of a base chain: its policy. */
    POLICY,
    /** The end of a chain that was jumped to, or a rule that returns. */
    RETURN,
    /** A rule whose conditions all hold. */
    RULE
  }

  /**
   * The beginning of a packet.
   *
   * @param network from the IP header on, that alone; read-only, in network byte order
   * @param transport from the header above on; likewise
   */
  public record Headers(ByteBuffer network, ByteBuffer transport) {}

  /**
   * A packet's connection.
   *
   * @param id of the entry of connection tracking
   * @param direction 0 for that of the first packet, 1 for replies
   * @param status {@code IPS_} bits
   * @param state {@code NF_CT_STATE_} bits, as {@code ct state} has them
   */
  public record Connection(int id, int direction, int status, int state) {}

  static TraceEvent parse(NetlinkMessage message) {
    Attributes attributes = Nfnetlink.attributes(message);
    Attribute network = attributes.find(NfTables.NFTA_TRACE_NETWORK_HEADER);
    Attribute verdict = attributes.find(NfTables.NFTA_TRACE_VERDICT);
    Attribute handle = attributes.find(NfTables.NFTA_TRACE_RULE_HANDLE);
    Attribute chain = attributes.find(NfTables.NFTA_TRACE_CHAIN);
    return new TraceEvent(
        attributes.get(NfTables.NFTA_TRACE_ID).u32Be(),
        Table.ofAttribute(message, NfTables.NFTA_TRACE_TABLE),
        chain == null ? "" : chain.string(),
        type(attributes.get(NfTables.NFTA_TRACE_TYPE).u32Be()),
        handle == null ? 0 : handle.u64Be(),
        verdict == null ? policy(attributes) : Verdict.parseValue(verdict),
        number(attributes, NfTables.NFTA_TRACE_IIF),
        number(attributes, NfTables.NFTA_TRACE_OIF),
        number(attributes, NfTables.NFTA_TRACE_MARK),
        network == null
            ? Optional.empty()
            : Optional.of(
                new Headers(
                    buffer(network),
                    buffer(attributes.find(NfTables.NFTA_TRACE_TRANSPORT_HEADER)))),
        connection(attributes));
  }

  private static Type type(int number) {
    return switch (number) {
      case 1 -> Type.POLICY;
      case 2 -> Type.RETURN;
      case 3 -> Type.RULE;
      default -> throw new MalformedMessageException("there is no type of trace " + number);
    };
  }

  private static Verdict policy(Attributes attributes) {
    return new Verdict(number(attributes, NfTables.NFTA_TRACE_POLICY), null);
  }

  private static Optional<Connection> connection(Attributes attributes) {
    Attribute id = attributes.find(NfTables.NFTA_TRACE_CT_ID);
    if (id == null) {
      return Optional.empty();
    }
    Attribute direction = attributes.find(NfTables.NFTA_TRACE_CT_DIRECTION);
    return Optional.of(
        new Connection(
            id.u32Be(),
            direction == null ? 0 : direction.u8(),
            number(attributes, NfTables.NFTA_TRACE_CT_STATUS),
            number(attributes, NfTables.NFTA_TRACE_CT_STATE)));
  }

  private static int number(Attributes attributes, int type) {
    Attribute found = attributes.find(type);
    return found == null ? 0 : found.u32Be();
  }

  private static ByteBuffer buffer(@Nullable Attribute attribute) {
    byte[] bytes = attribute == null ? new byte[0] : attribute.bytes();
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }
}
