package io.kindnet.netlink.libc;

import com.kenai.jffi.Platform;
import java.time.Duration;

/**
 * Waits for many descriptors at once: {@code epoll(7)}. For one thread at a time. How long a wait
 * takes does not depend on how many there are, only on how many are ready.
 */
public final class Epoll implements AutoCloseable {
  private static final int EPOLL_CLOEXEC = 0x80000; // linux/eventpoll.h
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;
  private static final int EPOLLOUT = 4;
  private static final int EPOLLIN = 1; // EPOLLERR and EPOLLHUP come unasked
  private static final int EPOLLET = 1 << 31;

  // struct epoll_event is packed on amd64 only
  private static final boolean PACKED = Platform.getPlatform().getCPU() == Platform.CPU.X86_64;
  private static final int DATA = PACKED ? 4 : 8;
  private static final int EVENT_SIZE = DATA + Long.BYTES;

  private final Fd epoll;
  private final Memory event = Memory.ofSize(EVENT_SIZE);
  private final Memory events;
  private final int capacity;

  /**
   * Waits for nothing yet.
   *
   * @param capacity how many descriptors one wait tells of at most; the next one tells of others
   */
  public Epoll(int capacity) {
    int fd = ServerLibc.epollCreate1(EPOLL_CLOEXEC);
    epoll = new Fd(SystemCalls.check(fd, "create an epoll descriptor"));
    events = Memory.ofSize(capacity * EVENT_SIZE);
    this.capacity = capacity;
  }

  /**
   * Waits for {@code fd}, too, each time that something is there to be read, an error or the end.
   */
  public void add(int fd) {
    add(fd, EPOLLIN);
  }

  /** Waits for {@code wakeup}, too: each signal is told of once. Returns its descriptor. */
  public int add(Wakeup wakeup) {
    add(wakeup.number(), EPOLLIN | EPOLLET);
    return wakeup.number();
  }

  /**
   * Says for what {@code fd} is waited from now on, besides an error or the end in both directions.
   *
   * @param data until something is there to be read
   * @param room until there is room to write
   */
  public void change(int fd, boolean data, boolean room) {
    control(EPOLL_CTL_MOD, fd, (data ? EPOLLIN : 0) | (room ? EPOLLOUT : 0));
  }

  private void add(int fd, int what) {
    control(EPOLL_CTL_ADD, fd, what);
  }

  private void control(int operation, int fd, int what) {
    event.putInt(0, what);
    event.putInt(DATA, fd);
    SystemCalls.check(
        ServerLibc.epollCtl(epoll.number(), operation, fd, event), "wait for descriptor " + fd);
  }

  /**
   * Waits for {@code fd} no more.
   *
   * @throws KernelException {@code EBADF} if it is closed, {@code ENOENT} if it was not waited for
   */
  public void remove(int fd) {
    SystemCalls.check(
        ServerLibc.epollCtl(epoll.number(), EPOLL_CTL_DEL, fd, event),
        "wait no more for descriptor " + fd);
  }

  /**
   * Waits until a descriptor is ready.
   *
   * @param timeout how long at the most, in milliseconds' precision
   * @return how many are; 0 after the time
   */
  public int await(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      int millis = Readiness.millisUntil(deadline);
      int ready = ServerLibc.epollWait(epoll.number(), events, capacity, millis);
      if (ready >= 0) {
        return ready;
      }
      Errno error = SystemCalls.lastError();
      if (error != Errno.EINTR) {
        throw new KernelException("wait for descriptors", error);
      }
    }
  }

  /** The descriptor number {@code index} of those that the last wait told of, from 0. */
  public int ready(int index) {
    return events.getInt(index * EVENT_SIZE + DATA);
  }

  @Override
  public void close() {
    epoll.close();
    event.close();
    events.close();
  }
}
