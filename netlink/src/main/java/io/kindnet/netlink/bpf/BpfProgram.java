package io.kindnet.netlink.bpf;

import io.kindnet.netlink.libc.BpfCall;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.KernelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A program in the kernel. It lives as long as a descriptor, or what it is attached to, refers to
 * it, and its maps do so with it.
 */
public final class BpfProgram implements AutoCloseable {
  private static final int INSTRUCTION_LENGTH = 8;
  private static final int LOG_SIZE = 1 << 20;
  private static final int LOG_LINES = 12;
  private static final int INFO_LENGTH = 80; // struct bpf_prog_info, as far as it is read here
  private static final int INFO_MAP_COUNT = 52;
  private static final int INFO_MAP_IDS = 56;
  private static final int MAX_MAPS = 64;

  private final Fd fd;

  private BpfProgram(Fd fd) {
    this.fd = fd;
  }

  /**
   * Loads a program for traffic control ({@code BPF_PROG_TYPE_SCHED_CLS}).
   *
   * @param name at most 15 characters
   * @param instructions {@code struct bpf_insn} one after the other
   * @param license what the program is licensed under
   * @throws KernelException with the end of what the verifier said
   */
  public static BpfProgram load(String name, byte[] instructions, String license) {
    try {
      return load(name, instructions, license, /* logSize= */ 0);
    } catch (KernelException refused) {
      if (refused.errno() == Errno.EPERM) {
        throw refused; // which the verifier has not seen
      }
    }
    return load(name, instructions, license, LOG_SIZE);
  }

  private static BpfProgram load(String name, byte[] instructions, String license, int logSize) {
    try (BpfCall call = new BpfCall("load BPF program " + name, BpfConstants.BPF_PROG_LOAD)) {
      call.u32(0, BpfConstants.BPF_PROG_TYPE_SCHED_CLS)
          .u32(4, instructions.length / INSTRUCTION_LENGTH)
          .name(48, name);
      call.pointer(8, instructions);
      call.pointer(16, (license + "\0").getBytes(StandardCharsets.US_ASCII));
      if (logSize == 0) {
        return new BpfProgram(call.open());
      }
      call.u32(24, 1).u32(28, logSize);
      int log = call.pointer(32, new byte[logSize]);
      return new BpfProgram(opened(call, log, name));
    }
  }

  /** The verifier tells its way from the beginning; what it stumbled over is at the end. */
  private static Fd opened(BpfCall call, int log, String name) {
    try {
      return call.openLogged(log);
    } catch (KernelException refused) {
      List<String> lines = Objects.requireNonNullElse(refused.getMessage(), "").lines().toList();
      int from = Math.max(0, lines.size() - LOG_LINES);
      throw new KernelException(
          "load BPF program " + name,
          refused.errno(),
          String.join("\n", lines.subList(from, lines.size())));
    }
  }

  /** The program with {@code id}; {@code ENOENT} if there is none. */
  public static BpfProgram byId(int id) {
    try (BpfCall call = new BpfCall("open BPF program " + id, BpfConstants.BPF_PROG_GET_FD_BY_ID)) {
      return new BpfProgram(call.u32(0, id).open());
    }
  }

  /** The descriptor, for who attaches it. */
  public int fd() {
    return fd.number();
  }

  /** The number that the kernel knows it by. */
  public int id() {
    return info(new byte[INFO_LENGTH]).getInt(4);
  }

  /** The numbers of its maps. */
  public List<Integer> mapIds() {
    try (BpfCall ids = new BpfCall("", 0)) { // which only holds what the kernel writes into
      int buffer = ids.pointer(0, new byte[MAX_MAPS * Integer.BYTES]);
      byte[] info = new byte[INFO_LENGTH];
      ByteBuffer.wrap(info)
          .order(ByteOrder.nativeOrder())
          .putInt(INFO_MAP_COUNT, MAX_MAPS)
          .putLong(INFO_MAP_IDS, ids.u64(0));
      int count = Math.min(info(info).getInt(INFO_MAP_COUNT), MAX_MAPS);
      ByteBuffer bytes = ByteBuffer.wrap(ids.bytes(buffer)).order(ByteOrder.nativeOrder());
      List<Integer> list = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        list.add(bytes.getInt(i * Integer.BYTES));
      }
      return list;
    }
  }

  private ByteBuffer info(byte[] asked) {
    try (BpfCall call = new BpfCall("ask about BPF program", BpfConstants.BPF_OBJ_GET_INFO_BY_FD)) {
      call.u32(0, fd.number()).u32(4, INFO_LENGTH);
      int buffer = call.pointer(8, asked);
      call.run();
      return ByteBuffer.wrap(call.bytes(buffer)).order(ByteOrder.nativeOrder());
    }
  }

  /**
   * What a program makes of a packet.
   *
   * @param result {@code TC_ACT_} of {@code linux/pkt_cls.h}
   * @param packet the packet afterwards, from its Ethernet header on
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Run(int result, byte[] packet) {}

  /** Runs it on {@code packet}, which nobody receives ({@code BPF_PROG_TEST_RUN}). */
  public Run run(byte[] packet) {
    try (BpfCall call = new BpfCall("try BPF program", BpfConstants.BPF_PROG_TEST_RUN)) {
      int capacity = packet.length + 256;
      call.u32(0, fd.number()).u32(8, packet.length).u32(12, capacity).u32(32, 1);
      call.pointer(16, packet);
      int out = call.pointer(24, new byte[capacity]);
      call.run();
      return new Run(call.u32(4), Arrays.copyOf(call.bytes(out), call.u32(12)));
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
