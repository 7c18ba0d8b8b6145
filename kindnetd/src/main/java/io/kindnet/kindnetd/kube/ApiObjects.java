package io.kindnet.kindnetd.kube;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;

/**
 * Opens the envelope that each object of the API server comes in: {@code k8s\0}, then
 * k8s.io/apimachinery/pkg/runtime.Unknown. A Status in the place of the object is thrown.
 */
public final class ApiObjects {
  private static final int MAGIC = 'k' << 24 | '8' << 16 | 's' << 8;
  // Unknown
  private static final int UNKNOWN_TYPE = Protobuf.bytes(1);
  private static final int UNKNOWN_RAW = Protobuf.bytes(2);
  // TypeMeta
  private static final int TYPE_KIND = Protobuf.bytes(2);
  // Status of meta/v1
  private static final int STATUS_MESSAGE = Protobuf.bytes(3);
  private static final int STATUS_CODE = Protobuf.varint(6);

  private final ObjectReader object;
  private final Protobuf.FieldReader envelope = this::readEnvelope;
  private final Protobuf.FieldReader type = this::readType;
  private String kind = "";
  private boolean found;

  /** Reads an object that begins with its length. */
  @FunctionalInterface
  public interface ObjectReader {
    void read(CodedInputStream in) throws IOException;
  }

  /**
   * @param object reads what is in the envelope, from its length on
   */
  public ApiObjects(ObjectReader object) {
    this.object = object;
  }

  /**
   * Reads the object that is all until the end, or the limit that was set.
   *
   * @throws ApiException if it is a Status
   */
  public void read(CodedInputStream in) throws IOException {
    int magic = Integer.reverseBytes(in.readRawLittleEndian32());
    if (magic != MAGIC) {
      throw new InvalidProtocolBufferException(
          "what the API server sends is not in its protobuf format");
    }
    kind = "";
    found = false;
    Protobuf.eachFieldLeft(in, envelope);
    if (!found) {
      throw new InvalidProtocolBufferException(
          "the API server sends an envelope without an object");
    }
  }

  private boolean readEnvelope(int tag, CodedInputStream in) throws IOException {
    if (tag == UNKNOWN_TYPE) {
      return Protobuf.eachField(in, type);
    }
    if (tag != UNKNOWN_RAW) {
      return false;
    }
    found = true;
    if (kind.equals("Status")) {
      throw Refusal.read(in);
    }
    object.read(in);
    return true;
  }

  private boolean readType(int tag, CodedInputStream in) throws IOException {
    if (tag != TYPE_KIND) {
      return false;
    }
    kind = in.readString();
    return true;
  }

  /** Why a request failed. */
  private static final class Refusal {
    private String message = "";
    private int code;

    static ApiException read(CodedInputStream in) throws IOException {
      Refusal refusal = new Refusal();
      Protobuf.eachField(in, refusal::readField);
      return new ApiException(refusal.code, refusal.message);
    }

    private boolean readField(int tag, CodedInputStream in) throws IOException {
      if (tag == STATUS_MESSAGE) {
        message = in.readString();
      } else if (tag == STATUS_CODE) {
        code = in.readInt32();
      } else {
        return false;
      }
      return true;
    }
  }
}
