package io.kindnet.kindnetd.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Notices, through the kernel's inotify, that something in one of several directories was changed.
 */
public final class DirectoryWatch implements AutoCloseable {
  private static final WatchEvent.Kind<?>[] KINDS = {
    StandardWatchEventKinds.ENTRY_CREATE,
    StandardWatchEventKinds.ENTRY_MODIFY,
    StandardWatchEventKinds.ENTRY_DELETE
  };

  /** Opens what the kernel notifies through: an inotify instance, of which users may have few. */
  @FunctionalInterface
  public interface Opener {
    /** Opens another one. */
    WatchService open() throws IOException;
  }

  private final String name;
  private final Opener opener;
  private final Runnable changed;
  private final Map<Path, WatchKey> keys = new HashMap<>();
  private @Nullable WatchService service;

  /**
   * Watches nothing yet.
   *
   * @param name for the thread
   * @param changed runs after each change, on a thread of this watch; it must be quick
   */
  public DirectoryWatch(String name, Opener opener, Runnable changed) {
    this.name = name;
    this.opener = opener;
    this.changed = changed;
  }

  /**
   * Watches {@code directories} from now on, and no others; also where a directory was put in the
   * place of one that was watched before.
   *
   * @throws IOException if one of them cannot be watched; those before it are
   */
  public synchronized void ensure(Collection<Path> directories) throws IOException {
    WatchService open = service == null ? open() : service;
    for (Path directory : directories) {
      WatchKey key = directory.register(open, KINDS);
      WatchKey before = keys.put(directory, key);
      if (before != null && !before.equals(key)) {
        before.cancel();
      }
    }
    keys.entrySet()
        .removeIf(entry -> {
          boolean unwanted = !directories.contains(entry.getKey());
          if (unwanted) {
            entry.getValue().cancel();
          }
          return unwanted;
        });
  }

  private WatchService open() throws IOException {
    WatchService opened = opener.open();
    service = opened;
    Thread.ofPlatform().daemon().name("watch " + name).start(() -> watch(opened));
    return opened;
  }

  private void watch(WatchService service) {
    try (service) {
      while (true) {
        WatchKey key = service.take();
        key.pollEvents();
        key.reset();
        changed.run();
      }
    } catch (ClosedWatchServiceException closed) {
      // as it is meant to end
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (IOException unclosable) {
      throw new UncheckedIOException(unclosable);
    }
  }

  @Override
  public synchronized void close() {
    if (service == null) {
      return;
    }
    try {
      service.close();
    } catch (IOException unclosable) {
      throw new UncheckedIOException(unclosable);
    }
  }
}
