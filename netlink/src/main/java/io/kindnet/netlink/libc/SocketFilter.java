package io.kindnet.netlink.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A program of classic BPF that the kernel asks of each datagram whether to queue it: {@code struct
 * sock_fprog} and {@code struct sock_filter} of {@code linux/filter.h}.
 */
final class SocketFilter implements AutoCloseable {
  private static final int LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int RETURN = 0x06; // BPF_RET | BPF_K
  private static final int WHOLE = -1;
  private static final int NOTHING = 0;

  private static final int INSTRUCTION_LENGTH = 8;
  private static final int PROGRAM_OFFSET = 8;

  /** {@code sizeof(struct sock_fprog)}. */
  static final int LENGTH = 16;

  private final Memory program;
  private final Memory description = Memory.ofSize(LENGTH);

  private SocketFilter(List<FilterInstruction> instructions) {
    ByteBuffer bytes =
        ByteBuffer.allocate(instructions.size() * INSTRUCTION_LENGTH)
            .order(ByteOrder.nativeOrder());
    for (FilterInstruction each : instructions) {
      bytes
          .putShort((short) each.code())
          .put((byte) each.jumpIfTrue())
          .put((byte) each.jumpIfFalse())
          .putInt(each.operand());
    }
    program = Memory.ofSize(bytes.capacity());
    program.put(0, bytes.array(), 0, bytes.capacity());
    description.putShort(0, (short) instructions.size());
    description.putLong(PROGRAM_OFFSET, program.address());
  }

  /**
   * Lets all pass but those that have {@code value}, four bytes in native byte order, at {@code
   * offset}; those that end before it do not pass either.
   */
  static SocketFilter allBut(int offset, int value) {
    return new SocketFilter(
        List.of(
            FilterInstruction.of(LOAD_WORD, offset),
            new FilterInstruction(JUMP_IF_EQUAL, 1, 0, networkOrder(value)), // over the next one
            FilterInstruction.of(RETURN, WHOLE),
            FilterInstruction.of(RETURN, NOTHING)));
  }

  /** Lets those pass of which {@code program} returns anything but 0. */
  static SocketFilter of(List<FilterInstruction> program) {
    return new SocketFilter(program);
  }

  /** What {@code SO_ATTACH_FILTER} takes. */
  Memory description() {
    return description;
  }

  /** The program sees numbers as if they had come from a network. */
  private static int networkOrder(int value) {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(value) : value;
  }

  @Override
  public void close() {
    description.close();
    program.close();
  }
}
