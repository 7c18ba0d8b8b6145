package io.kindnet.kindnetd.cni;

import io.kindnet.cni.handover.Handover;
import io.kindnet.netlink.unix.UnixListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file of the agent's socket and its folder: there, and for nobody but root. */
final class SocketFile {
  private static final int BACKLOG = 1024;
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");

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
    folder();
    Path fresh = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    Files.deleteIfExists(fresh);
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

  /**
   * The folder, there from now on. One that exists may be anybody's; only the usual one is
   * narrowed.
   */
  Path folder() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " is in no folder");
    }
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER));
    } else if (file.equals(Handover.DEFAULT_SOCKET)) {
      Files.setPosixFilePermissions(folder, FOLDER);
    }
    return folder;
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
