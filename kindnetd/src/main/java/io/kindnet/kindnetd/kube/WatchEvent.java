package io.kindnet.kindnetd.kube;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kindnet.kindnetd.kube.Resource.RecordReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An event of a watch; read again and again, one after the other. */
public final class WatchEvent<T> {
  // WatchEvent of meta/v1, RawExtension of runtime
  private static final int TYPE = Protobuf.bytes(1);
  private static final int OBJECT = Protobuf.bytes(2);
  private static final int RAW = Protobuf.bytes(1);

  /** Bytes; more than etcd takes as one object. */
  private static final int LIMIT = 1 << 24;

  private final String plural;
  private final RecordReader<T> reader;
  private final ApiObjects objects = new ApiObjects(this::readObject);
  private final Protobuf.FieldReader event = this::readField;
  private final Protobuf.FieldReader extension = this::readExtension;
  private final byte[] head = new byte[Integer.BYTES];
  private byte[] frame = new byte[1 << 14];
  private String type = "";
  private @Nullable T object;

  /**
   * @param plural what is watched, for errors
   */
  public WatchEvent(String plural, RecordReader<T> reader) {
    this.plural = plural;
    this.reader = reader;
  }

  /**
   * Reads the next event as a whole; waits for it.
   *
   * @return false at the end of the watch
   * @throws ApiException if it is an error
   */
  public boolean read(InputStream stream) throws IOException {
    type = "";
    object = null;
    int begun = stream.readNBytes(head, 0, head.length);
    if (begun == 0) {
      return false;
    }
    int length = ByteBuffer.wrap(head).getInt();
    if (length < 0 || length > LIMIT) {
      throw new InvalidProtocolBufferException(
          "watch of " + plural + ": an event of " + Integer.toUnsignedString(length) + " bytes");
    }
    if (length > frame.length) {
      frame = new byte[length];
    }
    if (begun < head.length || stream.readNBytes(frame, 0, length) < length) {
      throw new EOFException("watch of " + plural + ": an event breaks off");
    }
    Protobuf.eachFieldLeft(CodedInputStream.newInstance(frame, 0, length), event);
    return true;
  }

  /** Such as {@code MODIFIED}. */
  public String type() {
    return type;
  }

  /** The object; of a bookmark, one that has a version only. */
  public T object() throws InvalidProtocolBufferException {
    T present = object;
    if (present == null) {
      throw new InvalidProtocolBufferException(
          "watch of " + plural + ": an event without an object");
    }
    return present;
  }

  private boolean readField(int tag, CodedInputStream in) throws IOException {
    if (tag == TYPE) {
      type = in.readString();
      return true;
    }
    return tag == OBJECT && Protobuf.eachField(in, extension);
  }

  private boolean readExtension(int tag, CodedInputStream in) throws IOException {
    if (tag != RAW) {
      return false;
    }
    int outer = Protobuf.begin(in);
    objects.read(in);
    Protobuf.end(in, outer);
    return true;
  }

  private void readObject(CodedInputStream in) throws IOException {
    object = reader.read(in);
  }
}
