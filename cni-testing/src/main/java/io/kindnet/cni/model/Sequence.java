package io.kindnet.cni.model;

import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Plays a whole sequence on a node of its own, and looks for a shorter one that fails, too. */
public final class Sequence {
  private static final int TRIES = 80;

  private final Function<Namespace, Plugin> plugins;

  /** Sequences that call what {@code plugins} makes for a node. */
  public Sequence(Function<Namespace, Plugin> plugins) {
    this.plugins = plugins;
  }

  /**
   * Plays {@code steps} operations made from {@code seed}, and then removes all.
   *
   * @throws AssertionError with the seed and a short sequence that fails
   */
  public void play(long seed, int steps) {
    List<Operation> operations = new Operations(seed).next(steps);
    Failure failure = fails(operations);
    if (failure != null) {
      Failure shorter = shorten(failure);
      throw new AssertionError(
          "seed %d fails; so do these %d of its %d steps:%n%s%n%s"
              .formatted(seed, shorter.operations.size(), steps, shorter, shorter.reason()),
          shorter.reason);
    }
  }

  /**
   * A sequence that fails.
   *
   * @param operations up to the one that does
   * @param reason what is wrong
   */
  private record Failure(List<Operation> operations, Throwable reason) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      operations.forEach(operation -> text.append("  ").append(operation).append('\n'));
      return text.toString();
    }
  }

  private @Nullable Failure fails(List<Operation> operations) {
    Path dataDir = makeDirectory();
    int step = 0;
    try (Player player = new Player(dataDir, plugins)) {
      try {
        while (step < operations.size()) {
          player.play(operations.get(step++));
        }
        player.finish();
        return null;
      } catch (AssertionError | RuntimeException reason) {
        return new Failure(operations.subList(0, step), reason);
      }
    } finally {
      delete(dataDir);
    }
  }

  /** Leaves away half of the operations, a quarter and so on, as long as it fails. */
  private Failure shorten(Failure failure) {
    Failure shortest = failure;
    int tries = TRIES;
    for (int size = failure.operations.size() / 2; size > 0; size /= 2) {
      for (int end = shortest.operations.size(); end > 0 && tries > 0; end -= size, tries--) {
        List<Operation> rest = new ArrayList<>(shortest.operations);
        rest.subList(Math.max(0, end - size), Math.min(end, rest.size())).clear();
        Failure shorter = fails(rest);
        shortest = shorter == null ? shortest : shorter;
        end = Math.min(end, shortest.operations.size() + 1);
      }
    }
    return shortest;
  }

  private static Path makeDirectory() {
    try {
      return Files.createTempDirectory("kindnet-model");
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  static void delete(Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }
}
