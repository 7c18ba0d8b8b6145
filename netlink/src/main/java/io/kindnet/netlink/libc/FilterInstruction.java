package io.kindnet.netlink.libc;

/**
 * An instruction of classic BPF: {@code struct sock_filter} of {@code linux/filter.h}. It sees
 * numbers of more than one byte as if they had come from a network.
 *
 * @param code what it does, {@code BPF_}
 * @param jumpIfTrue how many instructions it skips if its condition holds
 * @param jumpIfFalse how many it skips if it does not
 * @param operand what it does it with
 */
public record FilterInstruction(int code, int jumpIfTrue, int jumpIfFalse, int operand) {
  /** One without a condition. */
  public static FilterInstruction of(int code, int operand) {
    return new FilterInstruction(code, 0, 0, operand);
  }
}
