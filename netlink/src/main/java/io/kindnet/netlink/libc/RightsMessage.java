package io.kindnet.netlink.libc;

import java.util.List;

/**
 * A {@code struct msghdr} with one {@code struct iovec}, room for descriptors ({@code SCM_RIGHTS})
 * and the bytes, one behind the other in one piece of memory, as 64-bit Linux lays them out.
 */
final class RightsMessage implements AutoCloseable {
  private static final int VECTORS = 16;
  private static final int VECTOR_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int VECTOR_AT = 56; // behind the header
  private static final int CONTROL_AT = VECTOR_AT + 16; // behind the vector

  private static final int CONTROL_HEADER_SIZE = 16; // sizeof(struct cmsghdr)
  private static final int LEVEL = 8;
  private static final int TYPE = 12;
  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SCM_RIGHTS = 1; // linux/socket.h
  private static final int MSG_CTRUNC = 8;

  private final Memory memory;
  private final int bytesAt;

  private RightsMessage(int length, int fds) {
    int control = fds == 0 ? 0 : CONTROL_HEADER_SIZE + fds * Integer.BYTES;
    bytesAt = CONTROL_AT + aligned(control);
    memory = Memory.ofSize(bytesAt + length);
    memory.putLong(VECTORS, memory.address() + VECTOR_AT);
    memory.putLong(VECTOR_COUNT, 1);
    memory.putLong(VECTOR_AT, memory.address() + bytesAt);
    memory.putLong(VECTOR_AT + 8, length);
    if (control > 0) {
      memory.putLong(CONTROL, memory.address() + CONTROL_AT);
      memory.putLong(CONTROL_LENGTH, control);
    }
  }

  /** With room for {@code length} bytes and as many descriptors. */
  static RightsMessage forReceiving(int length, int fds) {
    return new RightsMessage(length, fds);
  }

  /** With {@code length} bytes of {@code bytes}, and the descriptors. */
  static RightsMessage forSending(byte[] bytes, int offset, int length, List<Fd> fds) {
    RightsMessage message = new RightsMessage(length, fds.size());
    message.memory.put(message.bytesAt, bytes, offset, length);
    if (!fds.isEmpty()) {
      message.putFds(fds);
    }
    return message;
  }

  /** The {@code struct msghdr}. */
  Memory header() {
    return memory;
  }

  void copyBytes(byte[] buffer, int offset, int length) {
    memory.get(bytesAt, buffer, offset, length);
  }

  /** Whether descriptors, or other control messages, came that are not here. */
  boolean controlTruncated() {
    return (memory.getInt(FLAGS) & MSG_CTRUNC) != 0;
  }

  /** Appends the descriptors that came to {@code fds}, and says how many. */
  int takeFds(List<Fd> fds) {
    int count = 0;
    int end = CONTROL_AT + (int) memory.getLong(CONTROL_LENGTH);
    int length;
    for (int at = CONTROL_AT; at + CONTROL_HEADER_SIZE <= end; at += aligned(length)) {
      length = (int) memory.getLong(at);
      if (memory.getInt(at + LEVEL) == SOL_SOCKET && memory.getInt(at + TYPE) == SCM_RIGHTS) {
        int last = at + length - Integer.BYTES;
        for (int number = at + CONTROL_HEADER_SIZE; number <= last; number += Integer.BYTES) {
          fds.add(new Fd(memory.getInt(number)));
          count++;
        }
      }
    }
    return count;
  }

  private void putFds(List<Fd> fds) {
    memory.putLong(CONTROL_AT, CONTROL_HEADER_SIZE + fds.size() * Integer.BYTES);
    memory.putInt(CONTROL_AT + LEVEL, SOL_SOCKET);
    memory.putInt(CONTROL_AT + TYPE, SCM_RIGHTS);
    int at = CONTROL_AT + CONTROL_HEADER_SIZE;
    for (Fd fd : fds) {
      memory.putInt(at, fd.number());
      at += Integer.BYTES;
    }
  }

  /** Control messages begin at multiples of a word. */
  private static int aligned(int length) {
    return (length + 7) & ~7;
  }

  @Override
  public void close() {
    memory.close();
  }
}
