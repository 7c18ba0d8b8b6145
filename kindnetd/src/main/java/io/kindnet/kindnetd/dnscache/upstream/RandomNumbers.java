package io.kindnet.kindnetd.dnscache.upstream;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Numbers that nobody can guess. {@link SecureRandom} takes as long for one as for many, and each
 * question needs several. Thread-safe.
 */
final class RandomNumbers {
  private static final int BYTES_AT_ONCE = 1024;
  private static final int LIMIT = 1 << 16;

  private final SecureRandom source = new SecureRandom();
  private final ByteBuffer unused = ByteBuffer.allocate(BYTES_AT_ONCE).limit(0);

  /**
   * The next one.
   *
   * @param bound what it is less than, 1 to 65536
   */
  synchronized int below(int bound) {
    if (bound < 1 || bound > LIMIT) {
      throw new IllegalArgumentException(bound + " is not from 1 to " + LIMIT);
    }
    if (!unused.hasRemaining()) {
      source.nextBytes(unused.array());
      unused.clear();
    }
    return (int) ((long) unused.getChar() * bound / LIMIT);
  }
}
