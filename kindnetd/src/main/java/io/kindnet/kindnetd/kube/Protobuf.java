package io.kindnet.kindnetd.kube;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Messages as their fields come, without classes made from their definitions: most of what is in
 * them nobody reads.
 */
public final class Protobuf {
  private Protobuf() {}

  /** Reads the value of a field. */
  @FunctionalInterface
  public interface FieldReader {
    /**
     * Whether it has read the value; else it has read nothing, and the value is skipped.
     *
     * @param tag number and wire type
     */
    boolean read(int tag, CodedInputStream in) throws IOException;
  }

  /** The tag of a field that is a text, bytes or a message. */
  public static int bytes(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** The tag of a field that is a number. */
  public static int varint(int field) {
    return field << 3 | WireFormat.WIRETYPE_VARINT;
  }

  /**
   * Hands each field of a message that begins with its length to {@code reader}.
   *
   * @return always true, as a reader of a field says
   */
  public static boolean eachField(CodedInputStream in, FieldReader reader) throws IOException {
    int outer = begin(in);
    eachFieldLeft(in, reader);
    end(in, outer);
    return true;
  }

  /**
   * Begins a part that has its length before it.
   *
   * @return what ends it
   */
  static int begin(CodedInputStream in) throws IOException {
    return in.pushLimit(in.readRawVarint32());
  }

  /** Ends a part that has been read. */
  static void end(CodedInputStream in, int outer) throws IOException {
    if (in.getBytesUntilLimit() > 0) {
      throw new InvalidProtocolBufferException("what the API server sends breaks off");
    }
    in.popLimit(outer);
  }

  /** Hands each field until the end, or the limit that was set, to {@code reader}. */
  static void eachFieldLeft(CodedInputStream in, FieldReader reader) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!reader.read(tag, in)) {
        in.skipField(tag);
      }
    }
  }
}
