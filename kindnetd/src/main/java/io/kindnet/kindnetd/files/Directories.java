package io.kindnet.kindnetd.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Directories as wholes. */
public final class Directories {
  private Directories() {}

  /** Makes {@code directory} and those above it, for all to read; other things in the way go. */
  public static void make(Path directory) throws IOException {
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    makeParent(directory);
    Files.deleteIfExists(directory);
    Files.createDirectory(directory);
    // the process's umask must not keep others from running the plugin
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes the directory that {@code path} is in. */
  public static void makeParent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      make(parent);
    }
  }

  /** Removes {@code path} and, if it is a directory, all that is in it. */
  public static void remove(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Removes {@code directory} if it is there and nothing is in it. */
  public static void removeIfEmpty(Path directory) throws IOException {
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> entries = Files.list(directory)) {
        if (entries.findAny().isPresent()) {
          return;
        }
      }
      Files.delete(directory);
    }
  }

  /** Has the disk keep {@code path}, a file or the names in a directory. */
  public static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Has the disk keep {@code directory} and all that is in it. */
  public static void syncAll(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        sync(path);
      }
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }
}
