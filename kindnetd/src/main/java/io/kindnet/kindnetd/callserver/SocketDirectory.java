package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.kindnetd.files.Directories;
import io.kindnet.netlink.libc.AdvisoryLock;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that the agent's socket is in, and what agents make there for a moment: a directory
 * for the warm-up, and a socket under another name. An agent that is killed leaves these, in memory
 * where the directory is a tmpfs, and the next start removes them.
 *
 * <p>During an update two agents use the directory. What tells a leftover from what another agent
 * is using are locks, which the kernel releases when a process ends: on the directory itself, a
 * shared one while something of a temporary name is made that has no lock of its own (yet), an
 * exclusive one while leftovers are removed; and an exclusive one on each temporary directory.
 */
final class SocketDirectory {
  /** What the names of temporary directories begin with; digits follow. */
  static final String TEMPORARY = "warm-up";

  private static final Logger log = LoggerFactory.getLogger(SocketDirectory.class);
  private static final Pattern TEMPORARY_NAME = Pattern.compile(TEMPORARY + "[0-9]+");
  private static final Set<PosixFilePermission> PERMISSIONS =
      PosixFilePermissions.fromString("rwx------");

  /** Whoever has the other kind of lock needs a few milliseconds. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Path path;
  private final Pattern temporarySocket;

  private SocketDirectory(Path path, Path socket) {
    this.path = path;
    this.temporarySocket = Pattern.compile(Pattern.quote(socket.getFileName() + ".") + "[0-9a-f]+");
  }

  /** What is done while others remove nothing. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * The directory of {@code socket}, which exists from now on. One that exists may be anybody's;
   * only the default one is restricted to root.
   *
   * @throws IOException if it cannot be made
   */
  static SocketDirectory of(Path socket) throws IOException {
    Path path = socket.toAbsolutePath().getParent();
    if (path == null) {
      throw new IOException(socket + " is in no directory");
    }
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path, PosixFilePermissions.asFileAttribute(PERMISSIONS));
    } else if (socket.equals(DelegationProtocol.DEFAULT_SOCKET)) {
      Files.setPosixFilePermissions(path, PERMISSIONS);
    }
    return new SocketDirectory(path, socket);
  }

  /**
   * Does {@code work}, which may make what {@link #removeLeftovers} of another agent would take for
   * a leftover.
   */
  <T> T whileNothingIsRemoved(Work<T> work) throws IOException {
    AdvisoryLock shared = lock(/* exclusive= */ false);
    try {
      // also without: whoever keeps the directory locked for longer is no agent
      return work.run();
    } finally {
      if (shared != null) {
        shared.close();
      }
    }
  }

  /** A new directory, which is removed when it is closed, or by the next start. */
  TemporaryDirectory newTemporaryDirectory() throws IOException {
    return whileNothingIsRemoved(() -> {
      Path directory = Files.createTempDirectory(path, TEMPORARY);
      try {
        AdvisoryLock lock = AdvisoryLock.tryExclusive(directory.toString());
        if (lock != null) {
          return new TemporaryDirectory(directory, lock);
        }
        throw new IOException(directory + " is locked by another process");
      } catch (KernelException refused) {
        Files.deleteIfExists(directory);
        throw new IOException(refused.getMessage(), refused);
      }
    });
  }

  /**
   * Removes what killed agents left. Nothing, if others are making something just now: then the
   * next start does it. What cannot be removed is logged.
   */
  void removeLeftovers() {
    try (AdvisoryLock exclusive = lock(/* exclusive= */ true)) {
      if (exclusive == null) {
        log.debug("{} is in use, what killed agents left there stays for now", path);
        return;
      }
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          removeIfLeft(entry);
        }
      }
    } catch (IOException | DirectoryIteratorException failure) {
      log.warn("what killed agents left in {} stays: {}", path, failure.getMessage());
    }
  }

  private void removeIfLeft(Path entry) {
    try {
      tryRemoveIfLeft(entry);
    } catch (IOException | KernelException failure) {
      log.warn("{}, which a killed agent left, stays: {}", entry, failure.getMessage());
    }
  }

  private void tryRemoveIfLeft(Path entry) throws IOException {
    String name = String.valueOf(entry.getFileName());
    boolean isDirectory = TEMPORARY_NAME.matcher(name).matches();
    if (!isDirectory && !temporarySocket.matcher(name).matches()) {
      return;
    }
    BasicFileAttributes attributes =
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!isDirectory && attributes.isOther()) {
      Files.deleteIfExists(entry);
    } else if (isDirectory && attributes.isDirectory()) {
      try (AdvisoryLock unused = AdvisoryLock.tryExclusive(entry.toString())) {
        if (unused != null) {
          Directories.remove(entry);
        }
      }
    }
  }

  /** Null where somebody else has it for too long, or there is nothing to lock. */
  private @Nullable AdvisoryLock lock(boolean exclusive) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (true) {
      AdvisoryLock lock = tryLock(exclusive);
      if (lock != null || System.nanoTime() - deadline > 0) {
        return lock;
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  private @Nullable AdvisoryLock tryLock(boolean exclusive) {
    try {
      String file = path.toString();
      return exclusive ? AdvisoryLock.tryExclusive(file) : AdvisoryLock.tryShared(file);
    } catch (KernelException unlockable) {
      return null;
    }
  }

  /**
   * A directory that is removed when it is closed.
   *
   * @param path where it is
   * @param lock tells others that it is in use
   */
  record TemporaryDirectory(Path path, AdvisoryLock lock) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (lock) {
        Directories.remove(path);
      }
    }
  }
}
