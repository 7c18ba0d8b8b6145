package io.kindnet.netlink.nftables.expr;

import static io.kindnet.netlink.nftables.expr.ExpressionAttributes.optional;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import java.nio.charset.StandardCharsets;

/**
 * Sends the packet to whoever reads a group of nflog, and goes on ({@code enum
 * nft_log_attributes}). The kernel's own log is not written by this project.
 *
 * @param prefix a text that comes with the packet; empty for none
 * @param group the number of the group, 0 to 65535
 * @param snapLength how many bytes of the packet are sent at most; 0 for as many as the reader asks
 *     for
 * @param threshold how many packets are collected before they are sent; 0 for as many as the reader
 *     asks for
 */
public record Log(String prefix, int group, int snapLength, int threshold) implements Expression {
  /** How many bytes of UTF-8 a prefix has at most: {@code NF_LOG_PREFIXLEN} without the NUL. */
  public static final int LONGEST_PREFIX = 127;

  static final String NAME = "log";

  private static final int NFTA_LOG_GROUP = 1;
  private static final int NFTA_LOG_PREFIX = 2;
  private static final int NFTA_LOG_SNAPLEN = 3;
  private static final int NFTA_LOG_QTHRESHOLD = 4;

  /**
   * Sends packets with a prefix.
   *
   * @throws IllegalArgumentException if the prefix is longer than {@link #LONGEST_PREFIX}
   */
  public static Log toGroup(int group, String prefix, int snapLength) {
    if (prefix.getBytes(StandardCharsets.UTF_8).length > LONGEST_PREFIX) {
      throw new IllegalArgumentException(
          "more than " + LONGEST_PREFIX + " bytes do not fit a prefix: " + prefix);
    }
    return new Log(prefix, group, snapLength, 0);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    if (!prefix.isEmpty()) {
      writer.attributeString(NFTA_LOG_PREFIX, prefix);
    }
    writer.attributeU16Be(NFTA_LOG_GROUP, group);
    if (snapLength != 0) {
      writer.attributeU32Be(NFTA_LOG_SNAPLEN, snapLength);
    }
    if (threshold != 0) {
      writer.attributeU16Be(NFTA_LOG_QTHRESHOLD, threshold);
    }
  }

  static Expression parse(Attributes attributes, Attribute data) {
    Attribute group = attributes.find(NFTA_LOG_GROUP);
    if (group == null) {
      return UnknownExpression.of(NAME, data.bytes()); // to the kernel's own log
    }
    Attribute prefix = attributes.find(NFTA_LOG_PREFIX);
    Attribute threshold = attributes.find(NFTA_LOG_QTHRESHOLD);
    return new Log(
        prefix == null ? "" : prefix.string(),
        group.u16Be(),
        optional(attributes, NFTA_LOG_SNAPLEN, 0),
        threshold == null ? 0 : threshold.u16Be());
  }
}
