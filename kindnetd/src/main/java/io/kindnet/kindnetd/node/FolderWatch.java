package io.kindnet.kindnetd.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

/** Notices, through the kernel's inotify, that something in a folder was changed. */
final class FolderWatch implements AutoCloseable {
  /** Opens what the kernel notifies through: an inotify instance, of which users may have few. */
  @FunctionalInterface
  interface Opener {
    WatchService open() throws IOException;
  }

  private final Path folder;
  private final Opener opener;
  private final Runnable changed;
  private @Nullable WatchService service;
  private boolean watching;

  /**
   * Watches nothing yet.
   *
   * @param changed runs after each change, on a thread of this watch; it must be quick
   */
  FolderWatch(Path folder, Opener opener, Runnable changed) {
    this.folder = folder;
    this.opener = opener;
    this.changed = changed;
  }

  /** Watches from now on; begins anew if the folder was gone in the meantime. */
  synchronized void ensure() throws IOException {
    if (watching) {
      return;
    }
    WatchService fresh = opener.open();
    try {
      folder.register(
          fresh,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_MODIFY,
          StandardWatchEventKinds.ENTRY_DELETE);
    } catch (IOException unwatchable) {
      fresh.close();
      throw unwatchable;
    }
    service = fresh;
    watching = true;
    Thread.ofPlatform().daemon().name("watch " + folder).start(() -> watch(fresh));
  }

  private void watch(WatchService service) {
    try (service) {
      boolean there = true;
      while (there) {
        WatchKey key = service.take();
        key.pollEvents();
        there = key.reset();
        if (!there) {
          ended();
        }
        changed.run();
      }
    } catch (ClosedWatchServiceException closed) {
      ended();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (IOException unclosable) {
      throw new UncheckedIOException(unclosable);
    }
  }

  private synchronized void ended() {
    watching = false;
  }

  @Override
  public synchronized void close() throws IOException {
    if (service != null) {
      service.close();
    }
  }
}
