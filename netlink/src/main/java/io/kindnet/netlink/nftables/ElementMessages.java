package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.MessageWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Messages with elements of a set, as many as the elements need. */
final class ElementMessages {
  /** Half of what the length of the attribute that holds the elements can say. */
  private static final int FULL = 32 * 1024;

  private record Label(NamedSet set, Element element) {
    @Override
    public String toString() {
      return element.describe(set);
    }
  }

  private ElementMessages() {}

  static MessageWriter packSet(MessageWriter writer, NamedSet set) {
    set.table().packName(writer, NfTables.NFTA_SET_ELEM_LIST_TABLE);
    return NfTables.name(writer, NfTables.NFTA_SET_ELEM_LIST_SET, "set", set.name());
  }

  static List<MessageWriter> of(
      String verb, int message, int flags, NamedSet set, int setId, Iterable<Element> elements) {
    List<MessageWriter> messages = new ArrayList<>();
    Iterator<Element> rest = elements.iterator();
    while (rest.hasNext()) {
      MessageWriter writer =
          NfTables.message(
              verb + " elements of " + set, message, flags, set.table().family().number());
      packSet(writer, set);
      if (setId != 0) {
        writer.attributeU32Be(NfTables.NFTA_SET_ELEM_LIST_SET_ID, setId);
      }
      int list = writer.beginNested(NfTables.NFTA_SET_ELEM_LIST_ELEMENTS);
      while (rest.hasNext() && writer.length() < FULL) {
        Element element = rest.next();
        writer.label(new Label(set, element));
        element.pack(writer);
      }
      messages.add(writer.end(list));
    }
    return messages;
  }
}
