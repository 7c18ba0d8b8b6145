package io.kindnet.netlink.nftables;

import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The type of the keys or of the data of a set: one field, or several behind each other, each
 * filled up to four bytes.
 *
 * @param fields at least one
 */
public record DataType(List<FieldType> fields) {
  private static final int TYPE_BITS = 6;
  private static final int TYPE_MASK = (1 << TYPE_BITS) - 1;

  /** Copies the list. */
  public DataType {
    fields = List.copyOf(fields);
  }

  /** One field, or a concatenation of several. */
  public static DataType of(FieldType... fields) {
    return new DataType(List.of(fields));
  }

  /** Whether there are several fields. */
  public boolean isConcatenation() {
    return fields.size() > 1;
  }

  /** The number on the wire: those of the fields, six bits each. */
  int id() {
    int id = 0;
    for (FieldType field : fields) {
      id = id << TYPE_BITS | field.id();
    }
    return id;
  }

  /** The length of a value in bytes. */
  int length() {
    if (!isConcatenation()) {
      return fields.getFirst().length();
    }
    int length = 0;
    for (FieldType field : fields) {
      length += align(field.length());
    }
    return length;
  }

  /** Reads {@link #id} and {@link #length}. */
  static DataType parse(int id, int length) {
    if (id == FieldType.VERDICT.id()) {
      return of(FieldType.VERDICT); // the kernel lists the length of its own struct
    }
    List<FieldType> fields = new ArrayList<>();
    boolean several = id > TYPE_MASK;
    for (int rest = id; several && rest != 0; rest >>>= TYPE_BITS) {
      fields.addFirst(FieldType.of(rest & TYPE_MASK, 4));
    }
    DataType type = new DataType(several ? fields : List.of(FieldType.of(id, length)));
    // unknown fields have unknown lengths: then it is at least known how long they are together
    return type.length() == length ? type : of(FieldType.unknown(id, length));
  }

  /** {@code value} as {@code nft} would write it: {@code 10.0.0.1 . udp . 53}. */
  public String format(Value value) {
    if (value.length() != length()) {
      return value.toString();
    }
    StringBuilder text = new StringBuilder();
    int offset = 0;
    for (FieldType field : fields) {
      if (offset > 0) {
        text.append(" . ");
      }
      text.append(field.format(value.field(offset, field.length())));
      offset += align(field.length());
    }
    return text.toString();
  }

  private static int align(int length) {
    return (length + 3) & ~3;
  }

  /** As {@code nft} names it: {@code ipv4_addr . inet_service}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (FieldType field : fields) {
      text.append(text.isEmpty() ? "" : " . ").append(field.name());
    }
    return text.toString();
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof DataType type && fields.equals(type.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }
}
