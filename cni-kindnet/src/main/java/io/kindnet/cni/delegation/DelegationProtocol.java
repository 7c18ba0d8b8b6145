package io.kindnet.cni.delegation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The delegation protocol, version 1. The other half of it is {@code launcher/protocol.h}. All
 * numbers are unsigned, 32 bits, highest byte first.
 *
 * <ol>
 *   <li>The agent greets whoever connects: {@code KNET} and the version of the protocol. Who does
 *       not know the version goes away; nothing was done.
 *   <li>The request: {@link RequestHeader}, environment, input, and descriptors with its first
 *       byte. Nothing is done before all of it is there.
 *   <li>The answer: outcome, exit code, length, document. Then the agent closes.
 * </ol>
 */
public final class DelegationProtocol {
  /** Where the agent listens. */
  public static final Path DEFAULT_SOCKET = Path.of("/run/kindnet/cni.sock");

  /** In bytes. */
  public static final int GREETING_LENGTH = 8;

  /** The outcome of a request that was done. */
  public static final int ANSWERED = 0;

  /** The outcome of a request of which nothing was done: the launcher is to do it by itself. */
  public static final int DECLINED = 1;

  /** In bytes: outcome, exit code, length. */
  public static final int ANSWER_HEADER_LENGTH = 12;

  /** In bytes. */
  public static final int LONGEST_DOCUMENT = 8 << 20;

  private static final byte[] GREETING = {'K', 'N', 'E', 'T', 0, 0, 0, 1};

  private DelegationProtocol() {}

  /** What the agent says first. */
  public static byte[] greeting() {
    return GREETING.clone();
  }

  /**
   * The answer to a request that was done.
   *
   * @param exitCode 0 to 255
   * @param document for standard output
   */
  public static byte[] answered(int exitCode, String document) {
    return answer(ANSWERED, exitCode, document);
  }

  /** The answer to a request of which nothing was done. */
  public static byte[] declined(String reason) {
    return answer(DECLINED, 0, reason);
  }

  private static byte[] answer(int outcome, int exitCode, String text) {
    byte[] document = text.getBytes(UTF_8);
    return ByteBuffer.allocate(ANSWER_HEADER_LENGTH + document.length)
        .putInt(outcome)
        .putInt(exitCode)
        .putInt(document.length)
        .put(document)
        .array();
  }
}
