package io.kindnet.netlink.wire;

/**
 * The frame that all of netfilter's messages share: {@code struct nfgenmsg}, a subsystem in the
 * type, and batches ({@code linux/netfilter/nfnetlink.h}).
 */
public final class Nfnetlink {
  /** {@code sizeof(struct nfgenmsg)}: the attributes begin behind it. */
  public static final int HEADER_LENGTH = 4;

  /** Subsystem of connection tracking. */
  public static final int NFNL_SUBSYS_CTNETLINK = 1;

  /** Subsystem of logged packets. */
  public static final int NFNL_SUBSYS_ULOG = 4;

  /** Subsystem of nftables. */
  public static final int NFNL_SUBSYS_NFTABLES = 10;

  private static final int NFNL_MSG_BATCH_BEGIN = 16;
  private static final int NFNL_MSG_BATCH_END = 17;
  private static final int NFNL_BATCH_GENID = 1;

  private Nfnetlink() {}

  /**
   * Begins a message.
   *
   * @param what what it does to which object, for the message of an error
   * @param type subsystem and message type, see {@link #type}
   * @param flags {@code NLM_F_} flags
   * @param family {@code NFPROTO_} family; 0 for all
   */
  public static MessageWriter message(String what, int type, int flags, int family) {
    return new MessageWriter(what, type, flags).u8(family).u8(0).u16Be(0);
  }

  /** The type of {@code message} of {@code subsystem}, as in the header. */
  public static int type(int subsystem, int message) {
    return subsystem << 8 | message;
  }

  /** The {@code NFPROTO_} family of a received message. */
  public static int family(NetlinkMessage message) {
    return message.require(HEADER_LENGTH).get(0) & 0xff;
  }

  /** The attributes of a received message. */
  public static Attributes attributes(NetlinkMessage message) {
    return message.attributesAfter(HEADER_LENGTH);
  }

  /**
   * Begins a batch, which the kernel carries out as a whole or not at all.
   *
   * @param generation the state of the subsystem that it was made for: refused with {@code
   *     ERESTART} in any other; 0 for any
   */
  public static MessageWriter batchBegin(String what, int subsystem, int generation) {
    MessageWriter begin =
        new MessageWriter(what, NFNL_MSG_BATCH_BEGIN, 0).u8(0).u8(0).u16Be(subsystem);
    return generation == 0 ? begin : begin.attributeU32Be(NFNL_BATCH_GENID, generation);
  }

  /** Ends a batch. */
  public static MessageWriter batchEnd(String what, int subsystem) {
    return new MessageWriter(what, NFNL_MSG_BATCH_END, 0).u8(0).u8(0).u16Be(subsystem);
  }
}
