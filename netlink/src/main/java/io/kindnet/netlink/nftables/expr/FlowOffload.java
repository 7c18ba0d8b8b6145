package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Adds the packet's flow to a flowtable, and goes on ({@code NFTA_FLOW_TABLE_NAME}).
 *
 * @param flowtable the name of the flowtable
 */
public record FlowOffload(String flowtable) implements Expression {
  static final String NAME = "flow_offload";

  private static final int NFTA_FLOW_TABLE_NAME = 1;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    writer.attributeString(NFTA_FLOW_TABLE_NAME, flowtable);
  }

  static FlowOffload parse(Attributes attributes) {
    return new FlowOffload(attributes.get(NFTA_FLOW_TABLE_NAME).string());
  }
}
