package io.kindnet.kindnetd.cniconfig;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Network configurations of others that a container runtime finds before kindnet's. That may be
 * meant so, as with Multus, which calls kindnet's in turn, or be why pods have no network.
 *
 * <p>containerd takes the first one, be it valid or not, of those that libcni's {@code ConfFiles}
 * lists, in the order of Go's {@code sort.Strings} ({@code loadFromConfDir} of go-cni 1.1.6 to
 * 1.1.14, as in containerd 1.6 to 2.4). CRI-O lists and sorts in the same way and takes the first
 * valid one, unless {@code cni_default_network} names one ({@code loadNetworks} of ocicni).
 */
final class EarlierConfigurations {
  private static final Logger log = LoggerFactory.getLogger(EarlierConfigurations.class);
  private static final List<String> EXTENSIONS = List.of(".conf", ".conflist", ".json");

  private final Path directory;
  private final String file;
  private volatile List<Path> earlier = List.of();

  /**
   * @param directory where container runtimes look for configurations
   * @param file the name of kindnet's in there
   */
  EarlierConfigurations(Path directory, String file) {
    this.directory = directory;
    this.file = file;
  }

  /** Looks which there are, and logs it if they are not those of before. */
  void check() throws IOException {
    List<Path> found = in(directory, file);
    if (found.equals(earlier)) {
      return;
    }
    earlier = found;
    String text = description();
    if (text == null) {
      log.info("{} comes first for the container runtime again", directory.resolve(file));
    } else {
      log.warn("{}, {} does not", text, directory.resolve(file));
    }
  }

  /** Names those that the last check found, for people; null for none. */
  @Nullable String description() {
    List<Path> found = earlier;
    if (found.isEmpty()) {
      return null;
    }
    List<String> names = found.stream().map(EarlierConfigurations::printable).toList();
    return String.join(", ", names)
        + (names.size() == 1 ? " comes" : " come")
        + " first for the container runtime";
  }

  private static String printable(Path path) {
    return path.toString().replaceAll("\\p{Cntrl}", "?");
  }

  /** Those in {@code directory} that come before {@code file}, the first one first. */
  static List<Path> in(Path directory, String file) throws IOException {
    Path own = directory.resolve(file);
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        // paths of one directory compare by the bytes of their names
        if (isConfiguration(entry) && entry.compareTo(own) < 0) {
          found.add(entry);
        }
      }
    } catch (DirectoryIteratorException unreadable) {
      throw unreadable.getCause();
    }
    found.sort(null);
    return found;
  }

  /** Whether libcni would list it: hidden files and symbolic links, too, whatever they lead to. */
  private static boolean isConfiguration(Path entry) {
    String name = String.valueOf(entry.getFileName());
    return EXTENSIONS.stream().anyMatch(name::endsWith)
        && !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
  }
}
