package io.kindnet.cni.delegation;

import java.nio.ByteBuffer;

/**
 * What a request begins with.
 *
 * @param kind {@link #CALL} or {@link #STATUS}
 * @param fds which descriptors came with it, in the order of their bits
 * @param environmentLength in bytes: {@code NAME=value}, each ended by a NUL
 * @param inputLength in bytes: standard input
 */
public record RequestHeader(int kind, int fds, int environmentLength, int inputLength) {
  /** A call of a CNI client. */
  public static final int CALL = 1;

  /** How the agent is; without environment and input. */
  public static final int STATUS = 2;

  /** The network namespace of the launcher. */
  public static final int OWN_NETWORK = 1;

  /** The root directory of the launcher. */
  public static final int ROOT = 2;

  /** The network namespace that {@code CNI_NETNS} names. */
  public static final int POD_NETWORK = 4;

  /** The file that {@code CNI_LOG_FILE} names. */
  public static final int LOG = 8;

  /** As many as there are bits. */
  public static final int MOST_FDS = 4;

  /** In bytes. */
  public static final int LENGTH = 16;

  /** In bytes. What is longer is not delegated. */
  public static final int LONGEST_ENVIRONMENT = 256 << 10;

  /** In bytes. What is longer is not delegated. */
  public static final int LONGEST_INPUT = 1 << 20;

  private static final int ALL_FDS = OWN_NETWORK | ROOT | POD_NETWORK | LOG;

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException naming what cannot be
   */
  public static RequestHeader read(ByteBuffer bytes) {
    RequestHeader header =
        new RequestHeader(bytes.getInt(), bytes.getInt(), bytes.getInt(), bytes.getInt());
    header.check();
    return header;
  }

  private void check() {
    if (kind != CALL && kind != STATUS) {
      throw new IllegalArgumentException("request of kind " + kind);
    }
    if ((fds & ~ALL_FDS) != 0) {
      throw new IllegalArgumentException("unknown descriptors in mask " + fds);
    }
    if (environmentLength < 0 || environmentLength > LONGEST_ENVIRONMENT) {
      throw new IllegalArgumentException(
          "environment of " + Integer.toUnsignedString(environmentLength) + " bytes");
    }
    if (inputLength < 0 || inputLength > LONGEST_INPUT) {
      throw new IllegalArgumentException(
          "input of " + Integer.toUnsignedString(inputLength) + " bytes");
    }
  }

  /** The bytes. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(LENGTH)
        .putInt(kind)
        .putInt(fds)
        .putInt(environmentLength)
        .putInt(inputLength)
        .array();
  }

  /** In bytes, of all that follows. */
  public int bodyLength() {
    return environmentLength + inputLength;
  }
}
