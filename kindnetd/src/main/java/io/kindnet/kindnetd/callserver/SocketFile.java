package io.kindnet.kindnetd.callserver;

import io.kindnet.netlink.unix.UnixListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The file of the agent's socket: there, and for nobody but root. */
final class SocketFile {
  private static final int BACKLOG = 1024;

  /** Short, because the path of a socket may have 107 bytes. */
  private static final int SUFFIXES = 1 << 24;

  private final Path file;
  private @Nullable Object key;
  private boolean removed;

  SocketFile(Path file) {
    this.file = file;
  }

  Path path() {
    return file;
  }

  /**
   * Listens. The file appears by a rename, in the place of whatever an agent before this one left,
   * so that there is one at every moment.
   *
   * @throws IOException naming what cannot be made, or that it has been removed for good
   */
  synchronized UnixListener listen() throws IOException {
    if (removed) {
      throw new IOException(file + " is not served any more");
    }
    return directory().whileNothingIsRemoved(this::bind);
  }

  private UnixListener bind() throws IOException {
    // process numbers are no help: each container counts its own
    int random = ThreadLocalRandom.current().nextInt(SUFFIXES);
    Path fresh = file.resolveSibling(file.getFileName() + "." + Integer.toHexString(random));
    UnixListener listener = UnixListener.bind(fresh, BACKLOG);
    try {
      key = keyOf(fresh);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return listener;
    } catch (IOException refused) {
      listener.close();
      Files.deleteIfExists(fresh);
      throw refused;
    }
  }

  /** The directory that it is in, which exists from now on. */
  SocketDirectory directory() throws IOException {
    return SocketDirectory.of(file);
  }

  /** Whether nothing is there any more; what a newer agent put there counts as there. */
  synchronized boolean isGone() {
    return !removed && !Files.exists(file);
  }

  /** Removes it for good, unless a newer agent has put its own there. */
  synchronized void remove() {
    removed = true;
    try {
      if (key != null && key.equals(keyOf(file))) {
        Files.delete(file);
      }
    } catch (IOException gone) {
      // as it is meant to be
    }
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }
}
