package io.kindnet.netlink.conntrack;

import io.kindnet.netlink.libc.FilterInstruction;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Lets notifications of flows pass that say that one begins, that a TCP connection is answered, or
 * that a flow ends. A TCP connection has half a dozen other changes, each of which would cost the
 * reader as much.
 */
final class FlowReportFilter {
  // linux/bpf_common.h
  private static final int BPF_LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS
  private static final int BPF_LOAD_BYTE_AT_X = 0x50; // BPF_LD | BPF_B | BPF_IND
  private static final int BPF_LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int BPF_SET_A = 0x00; // BPF_LD | BPF_IMM
  private static final int BPF_SET_X = 0x01; // BPF_LDX | BPF_IMM
  private static final int BPF_A_TO_X = 0x07; // BPF_MISC | BPF_TAX
  private static final int BPF_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int BPF_IF_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
  private static final int BPF_RETURN = 0x06; // BPF_RET | BPF_K

  /**
   * {@code SKF_AD_OFF + SKF_AD_NLATTR}: where behind A the attribute of type X is; 0 for nowhere.
   */
  private static final int FIND_ATTRIBUTE = -0x1000 + 12;

  /** {@code SKF_AD_OFF + SKF_AD_NLATTR_NEST}: the same inside the attribute at A. */
  private static final int FIND_INSIDE = -0x1000 + 16;

  private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  /** In {@code struct nlmsghdr}: the message, without its subsystem, and the upper flags. */
  private static final int MESSAGE = LITTLE ? 4 : 5;

  private static final int UPPER_FLAGS = LITTLE ? 7 : 6;
  private static final int CREATED = 0x06; // (NLM_F_CREATE | NLM_F_EXCL) >> 8
  private static final int ATTRIBUTES = 16 + 4; // behind struct nlmsghdr and struct nfgenmsg
  private static final int ATTRIBUTE_HEADER = 4;

  static final List<FilterInstruction> PROGRAM =
      List.of(
          FilterInstruction.of(BPF_LOAD_BYTE, MESSAGE),
          new FilterInstruction(BPF_IF_EQUAL, 16, 0, CtNetlink.IPCTNL_MSG_CT_DELETE), // 1: pass
          FilterInstruction.of(BPF_LOAD_BYTE, UPPER_FLAGS),
          new FilterInstruction(BPF_IF_ANY_BIT, 14, 0, CREATED), // 3: pass
          FilterInstruction.of(BPF_SET_X, CtNetlink.CTA_PROTOINFO),
          FilterInstruction.of(BPF_SET_A, ATTRIBUTES),
          FilterInstruction.of(BPF_LOAD_WORD, FIND_ATTRIBUTE),
          new FilterInstruction(BPF_IF_EQUAL, 9, 0, 0), // 7: drop
          FilterInstruction.of(BPF_SET_X, CtNetlink.CTA_PROTOINFO_TCP),
          FilterInstruction.of(BPF_LOAD_WORD, FIND_INSIDE),
          new FilterInstruction(BPF_IF_EQUAL, 6, 0, 0), // 10: drop
          FilterInstruction.of(BPF_SET_X, CtNetlink.CTA_PROTOINFO_TCP_STATE),
          FilterInstruction.of(BPF_LOAD_WORD, FIND_INSIDE),
          new FilterInstruction(BPF_IF_EQUAL, 3, 0, 0), // 13: drop
          FilterInstruction.of(BPF_A_TO_X, 0),
          FilterInstruction.of(BPF_LOAD_BYTE_AT_X, ATTRIBUTE_HEADER),
          new FilterInstruction(BPF_IF_EQUAL, 1, 0, FlowReport.TCP_CONNTRACK_SYN_RECV), // 16: pass
          FilterInstruction.of(BPF_RETURN, 0), // 17: drop
          FilterInstruction.of(BPF_RETURN, -1)); // 18: pass

  private FlowReportFilter() {}
}
