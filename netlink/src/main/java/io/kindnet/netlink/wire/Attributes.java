package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.ATTRIBUTE_HEADER_LENGTH;
import static io.kindnet.netlink.wire.NetlinkConstants.NLA_TYPE_MASK;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Received attributes in their order. */
public final class Attributes implements Iterable<Attribute> {
  private final List<Attribute> list;

  private Attributes(List<Attribute> list) {
    this.list = list;
  }

  /**
   * Reads the remaining bytes of {@code bytes}, which stay where they are.
   *
   * @throws MalformedMessageException if a length does not fit
   */
  public static Attributes parse(ByteBuffer bytes) {
    List<Attribute> list = new ArrayList<>();
    int at = bytes.position();
    while (bytes.limit() - at >= ATTRIBUTE_HEADER_LENGTH) {
      int length = bytes.getShort(at) & 0xffff;
      int type = bytes.getShort(at + 2) & NLA_TYPE_MASK;
      if (length < ATTRIBUTE_HEADER_LENGTH || length > bytes.limit() - at) {
        throw new MalformedMessageException(
            "attribute "
                + type
                + " says it has "
                + length
                + " bytes, "
                + (bytes.limit() - at)
                + " are left");
      }
      ByteBuffer value =
          bytes.slice(at + ATTRIBUTE_HEADER_LENGTH, length - ATTRIBUTE_HEADER_LENGTH);
      list.add(new Attribute(type, value.order(ByteOrder.nativeOrder())));
      at += NetlinkConstants.align(length);
    }
    return new Attributes(list);
  }

  /** The last attribute of {@code type}, or null. */
  public @Nullable Attribute find(int type) {
    for (int i = list.size() - 1; i >= 0; i--) {
      if (list.get(i).type() == type) {
        return list.get(i);
      }
    }
    return null;
  }

  /**
   * The attribute of {@code type}.
   *
   * @throws MalformedMessageException if there is none
   */
  public Attribute get(int type) {
    Attribute found = find(type);
    if (found == null) {
      throw new MalformedMessageException("attribute " + type + " is missing");
    }
    return found;
  }

  @Override
  public Iterator<Attribute> iterator() {
    return list.iterator();
  }
}
