package io.kindnet.netlink.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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

  private static final int INSTRUCTIONS = 4;
  private static final int INSTRUCTION_LENGTH = 8;
  private static final int PROGRAM_OFFSET = 8;

  /** {@code sizeof(struct sock_fprog)}. */
  static final int LENGTH = 16;

  private final Memory program = Memory.ofSize(INSTRUCTIONS * INSTRUCTION_LENGTH);
  private final Memory description = Memory.ofSize(LENGTH);

  private SocketFilter(byte[] instructions) {
    program.put(0, instructions, 0, instructions.length);
    description.putShort(0, (short) INSTRUCTIONS);
    description.putLong(PROGRAM_OFFSET, program.address());
  }

  /**
   * Lets all pass but those that have {@code value}, four bytes in native byte order, at {@code
   * offset}; those that end before it do not pass either.
   */
  static SocketFilter allBut(int offset, int value) {
    ByteBuffer instructions =
        ByteBuffer.allocate(INSTRUCTIONS * INSTRUCTION_LENGTH).order(ByteOrder.nativeOrder());
    add(instructions, LOAD_WORD, 0, offset);
    add(instructions, JUMP_IF_EQUAL, 1, networkOrder(value)); // over the next one
    add(instructions, RETURN, 0, WHOLE);
    add(instructions, RETURN, 0, NOTHING);
    return new SocketFilter(instructions.array());
  }

  /** What {@code SO_ATTACH_FILTER} takes. */
  Memory description() {
    return description;
  }

  private static void add(ByteBuffer instructions, int code, int jumpIfTrue, int operand) {
    instructions.putShort((short) code).put((byte) jumpIfTrue).put((byte) 0).putInt(operand);
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
