package io.kindnet.netlink.libc;

import com.kenai.jffi.CallContext;

/**
 * The functions of the C library that only a program that stays calls, with the C library's own
 * names: a class of its own, so that the plugin does not look them up.
 */
final class ServerLibc {
  private static final long SYS_OPENAT2 = 437; // asm-generic/unistd.h; the same on amd64

  private static final CallContext INT_OF_INT_POINTER_POINTER_INT =
      Libc.returning(Libc.INT, Libc.INT, Libc.POINTER, Libc.POINTER, Libc.INT);
  private static final CallContext INT_OF_INT_INT_INT_POINTER =
      Libc.returning(Libc.INT, Libc.INT, Libc.INT, Libc.INT, Libc.POINTER);
  private static final CallContext INT_OF_INT_INT_INT_POINTER_POINTER =
      Libc.returning(Libc.INT, Libc.INT, Libc.INT, Libc.INT, Libc.POINTER, Libc.POINTER);
  private static final CallContext INT_OF_INT_POINTER_INT_INT =
      Libc.returning(Libc.INT, Libc.INT, Libc.POINTER, Libc.INT, Libc.INT);
  private static final CallContext INT_OF_INT_POINTER_INT_INT_POINTER =
      Libc.returning(Libc.INT, Libc.INT, Libc.POINTER, Libc.INT, Libc.INT, Libc.POINTER);
  private static final CallContext INT_OF_INT_POINTER =
      Libc.returning(Libc.INT, Libc.INT, Libc.POINTER);
  private static final CallContext LONG_OF_POINTER_POINTER_LONG =
      Libc.returning(Libc.LONG, Libc.POINTER, Libc.POINTER, Libc.LONG);
  private static final CallContext LONG_OF_LONG_INT_POINTER_POINTER_LONG =
      Libc.returning(Libc.LONG, Libc.LONG, Libc.INT, Libc.POINTER, Libc.POINTER, Libc.LONG);

  private static final CallContext INT_OF_LONG_LONG_INT =
      Libc.returning(Libc.INT, Libc.LONG, Libc.LONG, Libc.INT);
  private static final CallContext INT_OF_INT_LONG_INT_INT =
      Libc.returning(Libc.INT, Libc.INT, Libc.LONG, Libc.INT, Libc.INT);
  private static final CallContext INT_OF_INT_LONG_INT_INT_POINTER =
      Libc.returning(Libc.INT, Libc.INT, Libc.LONG, Libc.INT, Libc.INT, Libc.POINTER);

  private static final long LISTEN = Libc.address("listen");
  private static final long ACCEPT4 = Libc.address("accept4");
  private static final long CONNECT = Libc.address("connect");
  private static final long GETSOCKOPT = Libc.address("getsockopt");
  private static final long FCHMOD = Libc.address("fchmod");
  private static final long EPOLL_CREATE1 = Libc.address("epoll_create1");
  private static final long EPOLL_CTL = Libc.address("epoll_ctl");
  private static final long EPOLL_WAIT = Libc.address("epoll_wait");
  private static final long FSTATFS = Libc.address("fstatfs");
  private static final long UNSHARE = Libc.address("unshare");
  private static final long READLINK = Libc.address("readlink");
  private static final long GETPEERNAME = Libc.address("getpeername");
  private static final long RECVMMSG = Libc.address("recvmmsg");
  private static final long SENDMMSG = Libc.address("sendmmsg");
  private static final long SYSCALL = Libc.address("syscall");
  private static final long MADVISE = Libc.address("madvise");

  private ServerLibc() {}

  static int listen(int fd, int backlog) {
    return (int) Libc.INVOKER.invokeN2(Libc.INT_OF_INT_INT, LISTEN, fd, backlog);
  }

  /** Without the address of the other side. */
  static int accept4(int fd, int flags) {
    return (int) Libc.INVOKER.invokeN4(INT_OF_INT_POINTER_POINTER_INT, ACCEPT4, fd, 0, 0, flags);
  }

  static int connect(int fd, Memory address, int length) {
    return (int)
        Libc.INVOKER.invokeN3(Libc.INT_OF_INT_POINTER_INT, CONNECT, fd, address.address(), length);
  }

  static int getsockopt(int fd, int level, int option, Memory value, Memory length) {
    return (int)
        Libc.INVOKER.invokeN5(
            INT_OF_INT_INT_INT_POINTER_POINTER,
            GETSOCKOPT,
            fd,
            level,
            option,
            value.address(),
            length.address());
  }

  static int getpeername(int fd, Memory address, Memory length) {
    return (int)
        Libc.INVOKER.invokeN3(
            Libc.INT_OF_INT_POINTER_POINTER, GETPEERNAME, fd, address.address(), length.address());
  }

  /**
   * Without a time limit.
   *
   * @param messages the address of the first {@code struct mmsghdr}
   */
  static int recvmmsg(int fd, long messages, int count, int flags) {
    return (int)
        Libc.INVOKER.invokeN5(
            INT_OF_INT_LONG_INT_INT_POINTER, RECVMMSG, fd, messages, count, flags, 0);
  }

  /**
   * @param messages the address of the first {@code struct mmsghdr}
   */
  static int sendmmsg(int fd, long messages, int count, int flags) {
    return (int)
        Libc.INVOKER.invokeN4(INT_OF_INT_LONG_INT_INT, SENDMMSG, fd, messages, count, flags);
  }

  static int fchmod(int fd, int mode) {
    return (int) Libc.INVOKER.invokeN2(Libc.INT_OF_INT_INT, FCHMOD, fd, mode);
  }

  static int epollCreate1(int flags) {
    return (int) Libc.INVOKER.invokeN1(Libc.INT_OF_INT, EPOLL_CREATE1, flags);
  }

  static int epollCtl(int epoll, int operation, int fd, Memory event) {
    return (int)
        Libc.INVOKER.invokeN4(
            INT_OF_INT_INT_INT_POINTER, EPOLL_CTL, epoll, operation, fd, event.address());
  }

  static int epollWait(int epoll, Memory events, int capacity, int timeoutMillis) {
    return (int)
        Libc.INVOKER.invokeN4(
            INT_OF_INT_POINTER_INT_INT,
            EPOLL_WAIT,
            epoll,
            events.address(),
            capacity,
            timeoutMillis);
  }

  /** Without a time to wait for more. */
  static int recvmmsg(int fd, Memory messages, int count, int flags) {
    return (int)
        Libc.INVOKER.invokeN5(
            INT_OF_INT_POINTER_INT_INT_POINTER, RECVMMSG, fd, messages.address(), count, flags, 0);
  }

  static int unshare(int flags) {
    return (int) Libc.INVOKER.invokeN1(Libc.INT_OF_INT, UNSHARE, flags);
  }

  static int fstatfs(int fd, Memory result) {
    return (int) Libc.INVOKER.invokeN2(INT_OF_INT_POINTER, FSTATFS, fd, result.address());
  }

  static long readlink(Memory path, Memory target) {
    return Libc.INVOKER.invokeN3(
        LONG_OF_POINTER_POINTER_LONG, READLINK, path.address(), target.address(), target.size());
  }

  /** {@code openat2(2)}, for which the C library has no function of its own. */
  static int openat2(int directory, Memory path, Memory how) {
    return (int)
        Libc.INVOKER.invokeN5(
            LONG_OF_LONG_INT_POINTER_POINTER_LONG,
            SYSCALL,
            SYS_OPENAT2,
            directory,
            path.address(),
            how.address(),
            how.size());
  }

  static int madvise(long address, long length, int advice) {
    return (int) Libc.INVOKER.invokeN3(INT_OF_LONG_LONG_INT, MADVISE, address, length, advice);
  }
}
