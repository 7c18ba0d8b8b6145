package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.HEADER_LENGTH;
import static io.kindnet.netlink.wire.NetlinkConstants.NLA_TYPE_MASK;
import static io.kindnet.netlink.wire.NetlinkConstants.NLMSGERR_ATTR_MISS_TYPE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLMSGERR_ATTR_MSG;
import static io.kindnet.netlink.wire.NetlinkConstants.NLMSGERR_ATTR_OFFS;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_ACK_TLVS;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CAPPED;

import io.kindnet.netlink.libc.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A received {@code struct nlmsgerr} with its extended acknowledgement.
 *
 * @param error 0 for success, else the number of the error
 * @param text what the kernel said of it; empty for nothing
 * @param offset where in the request the offending attribute begins; 0 for nowhere
 * @param missingType the type of the attribute that was missing; 0 for none
 */
record Acknowledgement(int error, String text, int offset, int missingType) {
  private static final int ERROR_LENGTH = 4;

  static Acknowledgement parse(NetlinkMessage message) {
    ByteBuffer payload = message.require(ERROR_LENGTH + HEADER_LENGTH);
    int error = -payload.getInt(0);
    if (!message.has(NLM_F_ACK_TLVS)) {
      return new Acknowledgement(error, "", 0, 0);
    }
    int echoed = message.has(NLM_F_CAPPED) ? HEADER_LENGTH : payload.getInt(ERROR_LENGTH);
    if (echoed < HEADER_LENGTH) {
      throw new MalformedMessageException("acknowledgement of a message of " + echoed + " bytes");
    }
    Attributes attributes = message.attributesAfter(ERROR_LENGTH + echoed);
    Attribute text = attributes.find(NLMSGERR_ATTR_MSG);
    Attribute offset = attributes.find(NLMSGERR_ATTR_OFFS);
    Attribute missing = attributes.find(NLMSGERR_ATTR_MISS_TYPE);
    return new Acknowledgement(
        error,
        text == null ? "" : text.string(),
        offset == null ? 0 : offset.u32(),
        missing == null ? 0 : missing.u32());
  }

  /** Whether it says more of an error than its number. */
  boolean isExplained() {
    return !text.isEmpty() || offset != 0 || missingType != 0;
  }

  /** Throws the exception for an error, if it is one. */
  void throwIfError(MessageWriter request) {
    if (error != 0) {
      throw toException(request);
    }
  }

  /** The exception for an error. */
  NetlinkException toException(MessageWriter request) {
    StringBuilder detail = new StringBuilder(text);
    if (missingType != 0) {
      separate(detail).append("attribute ").append(missingType).append(" is missing");
    }
    Object label = offset == 0 ? null : request.labelAt(offset);
    if (label != null) {
      separate(detail).append(label);
    } else if (offset != 0) {
      ByteBuffer sent = ByteBuffer.wrap(request.toBytes()).order(ByteOrder.nativeOrder());
      separate(detail);
      if (offset + ERROR_LENGTH <= sent.limit() && offset > HEADER_LENGTH) {
        detail.append("attribute ").append(sent.getShort(offset + 2) & NLA_TYPE_MASK).append(' ');
      }
      detail.append("at byte ").append(offset);
    }
    return new NetlinkException(request.what(), Errno.of(error), detail.toString());
  }

  private static StringBuilder separate(StringBuilder detail) {
    return detail.isEmpty() ? detail : detail.append(", ");
  }
}
