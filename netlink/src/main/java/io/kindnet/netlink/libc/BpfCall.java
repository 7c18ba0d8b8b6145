package io.kindnet.netlink.libc;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.Platform;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One call of {@code bpf(2)}: a command and its part of {@code union bpf_attr} ({@code
 * linux/bpf.h}), written at the offsets that the header has. Numbers are in native byte order.
 */
public final class BpfCall implements AutoCloseable {
  private static final int SYS_BPF_AMD64 = 321; // asm/unistd_64.h
  private static final int SYS_BPF = 280; // asm-generic/unistd.h, as on arm64
  private static final int ATTRIBUTE_SIZE = 128;
  private static final int RLIMIT_MEMLOCK = 8; // asm-generic/resource.h
  private static final long RLIM_INFINITY = -1;

  private static final CallContext LONG_OF_LONG_INT_POINTER_INT =
      Libc.returning(Libc.LONG, Libc.LONG, Libc.INT, Libc.POINTER, Libc.INT);
  private static final CallContext INT_OF_INT_POINTER =
      Libc.returning(Libc.INT, Libc.INT, Libc.POINTER);
  private static final long SYSCALL = Libc.address("syscall");
  private static final long SETRLIMIT = Libc.address("setrlimit");

  private final String what;
  private final int command;
  private final Memory attribute = Memory.ofSize(ATTRIBUTE_SIZE);
  private final List<Memory> buffers = new ArrayList<>();

  /**
   * Begins a call with an attribute of zeros.
   *
   * @param what what is being done to which object, for the message of an error
   * @param command {@code BPF_}
   */
  public BpfCall(String what, int command) {
    this.what = what;
    this.command = command;
  }

  /** Writes four bytes at {@code offset} of the attribute. */
  public BpfCall u32(int offset, int value) {
    attribute.putInt(offset, value);
    return this;
  }

  /** Writes eight bytes at {@code offset} of the attribute. */
  public BpfCall u64(int offset, long value) {
    attribute.putLong(offset, value);
    return this;
  }

  /** Writes text of at most 15 bytes at {@code offset}, such as the name of a map. */
  public BpfCall name(int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    attribute.put(offset, bytes, 0, Math.min(bytes.length, 15));
    return this;
  }

  /**
   * Writes the address of a copy of {@code bytes} at {@code offset}.
   *
   * @return what {@link #bytes} takes
   */
  public int pointer(int offset, byte[] bytes) {
    Memory memory = Memory.ofSize(Math.max(bytes.length, 1));
    buffers.add(memory);
    memory.put(0, bytes, 0, bytes.length);
    attribute.putLong(offset, memory.address());
    return buffers.size() - 1;
  }

  /** What the kernel has left in the copy that {@link #pointer} has made. */
  public byte[] bytes(int buffer) {
    Memory memory = buffers.get(buffer);
    byte[] copy = new byte[memory.size()];
    memory.get(0, copy, 0, copy.length);
    return copy;
  }

  /** Four bytes that the kernel has left at {@code offset} of the attribute. */
  public int u32(int offset) {
    return attribute.getInt(offset);
  }

  /** Eight bytes at {@code offset} of the attribute. */
  public long u64(int offset) {
    return attribute.getLong(offset);
  }

  /**
   * Calls the kernel.
   *
   * @return what it returns
   * @throws KernelException what it refuses
   */
  public int run() {
    return SystemCalls.check(call(), what);
  }

  /** As {@link #run()}; an error has the text of {@code log}, a buffer of the verifier's. */
  public int runLogged(int log) {
    int result = call();
    if (result < 0) {
      Errno error = SystemCalls.lastError();
      throw new KernelException(what, error, text(bytes(log)));
    }
    return result;
  }

  /** As {@link #run()}, of a command whose result is a new descriptor. */
  public Fd open() {
    return new Fd(run());
  }

  /** As {@link #open()}, with the text of {@code log} in an error. */
  public Fd openLogged(int log) {
    return new Fd(runLogged(log));
  }

  private int call() {
    return (int)
        Libc.INVOKER.invokeN4(
            LONG_OF_LONG_INT_POINTER_INT,
            SYSCALL,
            number(),
            command,
            attribute.address(),
            ATTRIBUTE_SIZE);
  }

  private static int number() {
    return Platform.getPlatform().getCPU() == Platform.CPU.X86_64 ? SYS_BPF_AMD64 : SYS_BPF;
  }

  private static String text(byte[] log) {
    int end = 0;
    while (end < log.length && log[end] != 0) {
      end++;
    }
    return new String(log, 0, end, StandardCharsets.UTF_8).strip();
  }

  /**
   * Lets this process have as much memory of maps and programs as it wants: kernels before 5.11
   * count it as locked memory ({@code RLIMIT_MEMLOCK}).
   */
  public static void liftMemoryLimit() {
    try (Memory limit = Memory.ofSize(16)) {
      limit.putLong(0, RLIM_INFINITY);
      limit.putLong(8, RLIM_INFINITY);
      SystemCalls.check(
          (int)
              Libc.INVOKER.invokeN2(INT_OF_INT_POINTER, SETRLIMIT, RLIMIT_MEMLOCK, limit.address()),
          "lift the limit of locked memory");
    }
  }

  @Override
  public void close() {
    buffers.forEach(Memory::close);
    attribute.close();
  }
}
