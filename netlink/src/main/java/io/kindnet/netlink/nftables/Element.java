package io.kindnet.netlink.nftables;

import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An element of a set, as the kernel knows it: an interval of one field is two of them, its first
 * key and, marked as an end, the first key behind it; {@link Intervals} makes those.
 *
 * @param key the key, or the first key of an interval of several fields
 * @param keyEnd the last key of an interval of several fields, field by field; null for others
 * @param intervalEnd whether the key is the first behind an interval of one field
 * @param data what a map has for the key; null in a set and for a verdict
 * @param verdict what a map of verdicts has for the key; null in others
 * @param timeout after which it goes; null for that of the set
 * @param comment what {@code nft} shows with it, 127 bytes at the most; null for nothing
 * @param expiration when it goes, from when it was listed; null where it does not, and for one that
 *     was not listed. Two that differ in this alone are equal.
 */
public record Element(
    Value key,
    @Nullable Value keyEnd,
    boolean intervalEnd,
    @Nullable Value data,
    @Nullable Verdict verdict,
    @Nullable Duration timeout,
    @Nullable String comment,
    @Nullable Duration expiration) {

  /** A single key. */
  public static Element of(Value key) {
    return new Element(key, null, false, null, null, null, null, null);
  }

  /** An interval of several fields, both ends included, field by field. */
  public static Element range(Value first, Value last) {
    return new Element(first, last, false, null, null, null, null, null);
  }

  /** The end of an interval of one field: the first key behind it. */
  public static Element intervalEnd(Value key) {
    return new Element(key, null, true, null, null, null, null, null);
  }

  /** The same with data, for a map. */
  public Element mappedTo(Value newData) {
    return new Element(key, keyEnd, intervalEnd, newData, null, timeout, comment, null);
  }

  /** The same with a verdict, for a map of those. */
  public Element mappedTo(Verdict newVerdict) {
    return new Element(key, keyEnd, intervalEnd, null, newVerdict, timeout, comment, null);
  }

  /** The same with a timeout of its own, in milliseconds' precision. */
  public Element withTimeout(Duration newTimeout) {
    return new Element(key, keyEnd, intervalEnd, data, verdict, newTimeout, comment, null);
  }

  /** The same with a comment. */
  public Element withComment(@Nullable String newComment) {
    return new Element(key, keyEnd, intervalEnd, data, verdict, timeout, newComment, null);
  }

  // not the record's own, for the expiration, which comes nearer all the time, makes no difference

  @Override
  public boolean equals(Object other) {
    return other instanceof Element element
        && key.equals(element.key)
        && Objects.equals(keyEnd, element.keyEnd)
        && intervalEnd == element.intervalEnd
        && Objects.equals(data, element.data)
        && Objects.equals(verdict, element.verdict)
        && Objects.equals(timeout, element.timeout)
        && Objects.equals(comment, element.comment);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * key.hashCode() + Objects.hashCode(keyEnd)) + Objects.hashCode(data);
  }

  /** Only what identifies it. */
  Element withoutData() {
    return new Element(key, keyEnd, intervalEnd, null, null, null, null, null);
  }

  void pack(MessageWriter writer) {
    int element = writer.beginNested(NfTables.NFTA_LIST_ELEM);
    if (intervalEnd) {
      writer.attributeU32Be(NfTables.NFTA_SET_ELEM_FLAGS, NfTables.NFT_SET_ELEM_INTERVAL_END);
    }
    if (timeout != null) {
      writer.attributeU64Be(NfTables.NFTA_SET_ELEM_TIMEOUT, timeout.toMillis());
    }
    key.pack(writer, NfTables.NFTA_SET_ELEM_KEY);
    if (keyEnd != null) {
      keyEnd.pack(writer, NfTables.NFTA_SET_ELEM_KEY_END);
    }
    if (data != null) {
      data.pack(writer, NfTables.NFTA_SET_ELEM_DATA);
    }
    if (verdict != null) {
      verdict.packValue(writer, NfTables.NFTA_SET_ELEM_DATA);
    }
    if (comment != null) {
      byte[] userdata =
          new Userdata().comment(Userdata.NFTNL_UDATA_SET_ELEM_COMMENT, comment).toBytes();
      writer.attribute(NfTables.NFTA_SET_ELEM_USERDATA, userdata);
    }
    writer.end(element);
  }

  static Element parse(Attributes attributes) {
    Attribute keyEnd = attributes.find(NfTables.NFTA_SET_ELEM_KEY_END);
    Attribute flags = attributes.find(NfTables.NFTA_SET_ELEM_FLAGS);
    Attribute data = attributes.find(NfTables.NFTA_SET_ELEM_DATA);
    Attribute timeout = attributes.find(NfTables.NFTA_SET_ELEM_TIMEOUT);
    Attribute expiration = attributes.find(NfTables.NFTA_SET_ELEM_EXPIRATION);
    Attribute userdata = attributes.find(NfTables.NFTA_SET_ELEM_USERDATA);
    return new Element(
        Value.parse(attributes.get(NfTables.NFTA_SET_ELEM_KEY)),
        keyEnd == null ? null : Value.parse(keyEnd),
        flags != null && (flags.u32Be() & NfTables.NFT_SET_ELEM_INTERVAL_END) != 0,
        data == null ? null : Value.parseUnlessVerdict(data),
        data == null ? null : Verdict.parseUnlessValue(data),
        timeout == null ? null : Duration.ofMillis(timeout.u64Be()),
        userdata == null
            ? null
            : Userdata.findComment(userdata.bytes(), Userdata.NFTNL_UDATA_SET_ELEM_COMMENT),
        expiration == null ? null : Duration.ofMillis(expiration.u64Be()));
  }

  /** As {@code nft} would write it, with the types of {@code set}. */
  String describe(NamedSet set) {
    StringBuilder text = new StringBuilder(intervalEnd ? "end of interval " : "element ");
    text.append(set.key().format(key));
    if (keyEnd != null && !keyEnd.equals(key)) {
      text.append(" - ").append(set.key().format(keyEnd));
    }
    if (data != null && set.data() != null) {
      text.append(" : ").append(set.data().format(data));
    }
    if (verdict != null) {
      text.append(" : ").append(verdict);
    }
    return text.toString();
  }
}
