package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Counts the packets that come this far ({@code enum nft_counter_attributes}).
 *
 * @param packets how many there were
 * @param bytes how long they were together
 */
public record Counter(long packets, long bytes) implements Expression {
  static final String NAME = "counter";

  private static final int NFTA_COUNTER_BYTES = 1;
  private static final int NFTA_COUNTER_PACKETS = 2;

  /** A counter that starts at 0. */
  public static Counter zero() {
    return new Counter(0, 0);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    if (packets != 0 || bytes != 0) {
      writer.attributeU64Be(NFTA_COUNTER_BYTES, bytes);
      writer.attributeU64Be(NFTA_COUNTER_PACKETS, packets);
    }
  }

  static Counter parse(Attributes attributes) {
    return new Counter(
        number(attributes, NFTA_COUNTER_PACKETS), number(attributes, NFTA_COUNTER_BYTES));
  }

  private static long number(Attributes attributes, int type) {
    Attribute found = attributes.find(type);
    return found == null ? 0 : found.u64Be();
  }

  @Override
  public Counter normalized() {
    return zero();
  }
}
