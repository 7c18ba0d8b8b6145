package io.kindnet.netlink.netns;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.FileOpener;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.Namespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * A handle on a network namespace, which keeps the namespace alive while it is open.
 *
 * <p>The change of a namespace belongs to the kernel's thread and outlives the work. So each {@link
 * #call} runs on a platform thread that is for such visits only, and is back in the process's own
 * namespace when the call returns. Sockets stay in the namespace that they were opened in and may
 * be used from any thread afterwards.
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final String CURRENT = "/proc/thread-self/ns/net";

  private final Fd fd;
  private final String name;

  private NetworkNamespace(Fd fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /**
   * Opens the namespace at {@code path}, such as {@code /run/netns/a} or {@code /proc/1/ns/net}.
   * That it is one is found out when it is entered.
   *
   * @throws io.kindnet.netlink.libc.KernelException naming the path, if it cannot be opened
   */
  public static NetworkNamespace open(String path) {
    return open(path, path);
  }

  /**
   * As {@link #open(String)}, for a namespace that people know by another name than its file.
   *
   * @param name what the messages of errors call it
   */
  public static NetworkNamespace open(String file, String name) {
    return new NetworkNamespace(FileOpener.openForReading(file, name), name);
  }

  /**
   * The namespace behind a descriptor that somebody else has opened. That it is one is found out
   * when it is entered.
   *
   * @param fd closed with the handle
   * @param name what the messages of errors call it
   */
  public static NetworkNamespace of(Fd fd, String name) {
    return new NetworkNamespace(fd, name);
  }

  /**
   * A new namespace, which is there as long as a handle or a thread has it.
   *
   * @param name what the messages of errors call it
   */
  public static NetworkNamespace create(String name) {
    return Visit.begin(
            () -> {
              Namespaces.enterNewNetwork();
              return open(CURRENT, name);
            })
        .await();
  }

  /** Whether {@code fd} is the namespace of the calling thread. */
  public static boolean isCurrent(Fd fd) {
    Path opened = Path.of("/proc/self/fd/" + fd.number());
    try {
      return java.nio.file.Files.isSameFile(opened, Path.of(CURRENT));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("compare a descriptor with " + CURRENT, unreadable);
    }
  }

  /** The namespace of the calling thread. */
  public static NetworkNamespace current() {
    return open(CURRENT);
  }

  /** The descriptor, for messages that name a namespace by it; open as long as this handle is. */
  public int fd() {
    return fd.number();
  }

  /**
   * Runs {@code work} inside and waits for it. Needs {@code CAP_SYS_ADMIN}, unless the caller's
   * thread is inside.
   *
   * @return what {@code work} returned
   * @throws io.kindnet.netlink.libc.KernelException {@code EINVAL} if this is no network namespace,
   *     and whatever else {@code work} threw, unchecked as it was, checked as the cause of a {@link
   *     CompletionException}
   */
  public <T> T call(Callable<T> work) {
    return Visit.begin(
            () -> {
              enter();
              return work.call();
            })
        .await();
  }

  /**
   * Runs {@code work} inside, and does not wait for it.
   *
   * @param refused is told, on the other thread, why it could not begin
   */
  public void start(Runnable work, Consumer<RuntimeException> refused) {
    Visit.begin(() -> {
      try {
        enter();
      } catch (RuntimeException reason) {
        refused.accept(reason);
        return this;
      }
      work.run();
      return this;
    });
  }

  /**
   * Asks the kernel whether this process may enter network namespaces, by entering this one.
   *
   * @throws KernelException {@code EPERM} without {@code CAP_SYS_ADMIN}, also where the caller's
   *     thread is inside
   */
  public void requireEntry() {
    Visit.begin(
            () -> {
              Namespaces.enterNetwork(fd, name);
              return name;
            })
        .await();
  }

  private void enter() {
    try {
      Namespaces.enterNetwork(fd, name);
    } catch (KernelException refused) {
      // CAP_SYS_ADMIN is needed also by who is there already: then nothing has to be done
      if (refused.errno() != Errno.EPERM || !isCurrent(fd)) {
        throw refused;
      }
    }
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return name;
  }
}
