package io.kindnet.netlink.libc;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;

/**
 * The functions of the C library that both programs call, with the C library's own names. Those
 * that only a program that stays calls are in {@link ServerLibc}: each one is looked up when the
 * class is loaded, which each call of the plugin pays for.
 *
 * <p>They go through jffi's invoker, the layer on which jnr-ffi writes its stubs: stubs that are
 * written at run time would double the start-up of a program that runs for a few milliseconds.
 */
final class Libc {
  static final Type INT = Type.SINT32;
  static final Type LONG = Type.SINT64;
  static final Type POINTER = Type.POINTER;

  static final Invoker INVOKER = Invoker.getInstance();
  // by the name that the loader has it under already
  private static final Library LIBRARY =
      Library.getCachedInstance("libc.so.6", Library.LAZY | Library.GLOBAL);

  static final CallContext INT_OF_INT = returning(INT, INT);
  static final CallContext INT_OF_INT_INT = returning(INT, INT, INT);
  private static final CallContext INT_OF_INT_INT_INT = returning(INT, INT, INT, INT);
  private static final CallContext INT_OF_POINTER_INT_INT = returning(INT, POINTER, INT, INT);
  static final CallContext INT_OF_INT_POINTER_INT = returning(INT, INT, POINTER, INT);
  static final CallContext INT_OF_INT_POINTER_POINTER = returning(INT, INT, POINTER, POINTER);
  private static final CallContext INT_OF_POINTER_LONG_INT = returning(INT, POINTER, LONG, INT);
  private static final CallContext INT_OF_INT_INT_INT_POINTER_INT =
      returning(INT, INT, INT, INT, POINTER, INT);
  private static final CallContext LONG_OF_INT_POINTER_INT = returning(LONG, INT, POINTER, INT);
  private static final CallContext LONG_OF_INT_POINTER_LONG = returning(LONG, INT, POINTER, LONG);

  private static final long SOCKET = address("socket");
  private static final long BIND = address("bind");
  private static final long GETSOCKNAME = address("getsockname");
  private static final long SETSOCKOPT = address("setsockopt");
  private static final long SENDMSG = address("sendmsg");
  private static final long RECVMSG = address("recvmsg");
  private static final long POLL = address("poll");
  private static final long OPEN = address("open");
  private static final long CLOSE = address("close");
  private static final long SETNS = address("setns");
  private static final long FLOCK = address("flock");
  private static final long EVENTFD = address("eventfd");
  private static final long WRITE = address("write");
  private static final long EXIT = address("_exit");

  private Libc() {}

  static int socket(int domain, int type, int protocol) {
    return (int) INVOKER.invokeN3(INT_OF_INT_INT_INT, SOCKET, domain, type, protocol);
  }

  static int bind(int fd, Memory address, int length) {
    return (int) INVOKER.invokeN3(INT_OF_INT_POINTER_INT, BIND, fd, address.address(), length);
  }

  static int getsockname(int fd, Memory address, Memory length) {
    return (int)
        INVOKER.invokeN3(
            INT_OF_INT_POINTER_POINTER, GETSOCKNAME, fd, address.address(), length.address());
  }

  static int setsockopt(int fd, int level, int option, Memory value, int length) {
    return (int)
        INVOKER.invokeN5(
            INT_OF_INT_INT_INT_POINTER_INT, SETSOCKOPT, fd, level, option, value.address(), length);
  }

  static long sendmsg(int fd, Memory message, int flags) {
    return INVOKER.invokeN3(LONG_OF_INT_POINTER_INT, SENDMSG, fd, message.address(), flags);
  }

  static long recvmsg(int fd, Memory message, int flags) {
    return INVOKER.invokeN3(LONG_OF_INT_POINTER_INT, RECVMSG, fd, message.address(), flags);
  }

  static int poll(Memory fds, long count, int timeoutMillis) {
    return (int)
        INVOKER.invokeN3(INT_OF_POINTER_LONG_INT, POLL, fds.address(), count, timeoutMillis);
  }

  static int open(Memory path, int flags, int mode) {
    return (int) INVOKER.invokeN3(INT_OF_POINTER_INT_INT, OPEN, path.address(), flags, mode);
  }

  static int close(int fd) {
    return (int) INVOKER.invokeN1(INT_OF_INT, CLOSE, fd);
  }

  static int setns(int fd, int kind) {
    return (int) INVOKER.invokeN2(INT_OF_INT_INT, SETNS, fd, kind);
  }

  static int flock(int fd, int operation) {
    return (int) INVOKER.invokeN2(INT_OF_INT_INT, FLOCK, fd, operation);
  }

  static int eventfd(int initial, int flags) {
    return (int) INVOKER.invokeN2(INT_OF_INT_INT, EVENTFD, initial, flags);
  }

  static long write(int fd, Memory bytes, long length) {
    return INVOKER.invokeN3(LONG_OF_INT_POINTER_LONG, WRITE, fd, bytes.address(), length);
  }

  static void exit(int status) {
    INVOKER.invokeN1(INT_OF_INT, EXIT, status);
  }

  /** {@code errno} as the last call on this thread left it. */
  static int errno() {
    return LastError.getInstance().get();
  }

  static CallContext returning(Type result, Type... parameters) {
    return CallContext.getCallContext(result, parameters, CallingConvention.DEFAULT, true);
  }

  static long address(String function) {
    long address = LIBRARY.getSymbolAddress(function);
    if (address == 0) {
      throw new UnsatisfiedLinkError("the C library has no function " + function);
    }
    return address;
  }
}
