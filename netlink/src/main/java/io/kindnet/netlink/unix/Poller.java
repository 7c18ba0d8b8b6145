package io.kindnet.netlink.unix;

import io.kindnet.netlink.libc.Epoll;
import io.kindnet.netlink.libc.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Waits for many descriptors at once until something is there to be read, an error or the end. One
 * thread adds, removes, awaits and closes; any thread may wake it. A turn costs what is ready, not
 * what is waited for, and allocates nothing but the time to wait.
 *
 * @param <T> what the caller knows a descriptor by
 */
public final class Poller<T> implements AutoCloseable {
  private static final int MOST_AT_ONCE = 256;

  private final Epoll epoll = new Epoll(MOST_AT_ONCE);
  private final Wakeup wakeup = new Wakeup();
  private final int wakeupFd = epoll.add(wakeup);
  private final Object waking = new Object();
  private final List<T> ready = new ArrayList<>(MOST_AT_ONCE);
  private final List<T> readyView = Collections.unmodifiableList(ready);
  private @Nullable Object[] subjects = new Object[64]; // by descriptor
  private boolean closed;

  /**
   * Waits for {@code fd}, too, until it is removed.
   *
   * @param subject what {@link #await} calls it
   */
  public void add(int fd, T subject) {
    epoll.add(fd);
    if (fd >= subjects.length) {
      subjects = Arrays.copyOf(subjects, Math.max(fd + 1, 2 * subjects.length));
    }
    subjects[fd] = subject;
  }

  /**
   * Says for what {@code fd} is waited from now on, besides an error or the end in both directions.
   *
   * @param data until something is there to be read
   * @param room until there is room to write
   */
  public void change(int fd, boolean data, boolean room) {
    epoll.change(fd, data, room);
  }

  /**
   * Waits for {@code fd} no more. To be called before it is closed: its number may be another one's
   * afterwards.
   */
  public void remove(int fd) {
    epoll.remove(fd);
    subjects[fd] = null;
  }

  /**
   * Waits until a descriptor is ready, or {@link #wakeUp} was called since the last turn.
   *
   * @param timeout how long at the most, in milliseconds' precision
   * @return those that are ready, at most 256, until the next call; who does not read what is there
   *     is told of it again. None after the time, and maybe none after a wake-up
   */
  public List<T> await(Duration timeout) {
    ready.clear();
    int count = epoll.await(timeout);
    for (int i = 0; i < count; i++) {
      int fd = epoll.ready(i);
      if (fd != wakeupFd) {
        ready.add(subject(fd));
      }
    }
    return readyView;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // only a T is put there, and before it is waited for
  private T subject(int fd) {
    return (T) subjects[fd];
  }

  /** Ends the wait under way, or else the next one. Nothing after the end. */
  public void wakeUp() {
    synchronized (waking) {
      if (!closed) {
        wakeup.signal();
      }
    }
  }

  @Override
  public void close() {
    synchronized (waking) {
      closed = true;
      wakeup.close();
    }
    epoll.close();
  }
}
