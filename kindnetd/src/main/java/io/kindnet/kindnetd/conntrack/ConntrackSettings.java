package io.kindnet.kindnetd.conntrack;

import io.kindnet.kindnetd.files.Directories;
import io.kindnet.netlink.sysctl.SysctlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The sysctls by which the kernel counts packets and notes times of connections, of the network
 * namespace of the calling thread. What was switched on is remembered in a file, which like the
 * settings does not outlive the machine's next start, so that {@code --cleanup} can put it back.
 */
public final class ConntrackSettings {
  private static final String DIRECTORY = "netfilter/";
  private static final String PREFIX = "net.netfilter.";
  private static final String EVENTS = "nf_conntrack_events";
  private static final List<String> WANTED = List.of("nf_conntrack_acct", "nf_conntrack_timestamp");
  private static final String FILE = "conntrack-settings";

  private final Path file;

  private ConntrackSettings(Path file) {
    this.file = file;
  }

  /**
   * Those that are remembered in a file beside {@code socket}, whose directory is made if it is
   * missing.
   */
  public static ConntrackSettings beside(Path socket) {
    return new ConntrackSettings(socket.toAbsolutePath().resolveSibling(FILE));
  }

  /**
   * Switches on what is off.
   *
   * @return what is not as it should be, for people; empty if all is well
   */
  List<String> enable() {
    List<String> problems = new ArrayList<>();
    for (String setting : WANTED) {
      try {
        if (SysctlFile.read(DIRECTORY + setting).equals("0")) {
          remember(setting);
          SysctlFile.write(DIRECTORY + setting, "1");
        }
      } catch (IOException refused) {
        problems.add(PREFIX + setting + " cannot be set to 1: " + refused.getMessage());
      }
    }
    try {
      if (SysctlFile.read(DIRECTORY + EVENTS).equals("0")) {
        problems.add(PREFIX + EVENTS + " is 0: the kernel tells of no connections");
      }
    } catch (IOException absent) {
      // a kernel that always tells
    }
    return problems;
  }

  /**
   * Puts back what {@link #enable} has switched on, unless somebody has changed it since.
   *
   * @return the settings that were put back, by the names that {@code sysctl} has for them
   * @throws IOException naming the file that cannot be read or written
   */
  public List<String> restore() throws IOException {
    List<String> restored = new ArrayList<>();
    for (String setting : remembered()) {
      if (WANTED.contains(setting) && SysctlFile.read(DIRECTORY + setting).equals("1")) {
        SysctlFile.write(DIRECTORY + setting, "0");
        restored.add(PREFIX + setting);
      }
    }
    Files.deleteIfExists(file);
    return restored;
  }

  private void remember(String setting) throws IOException {
    Set<String> all = remembered();
    if (all.add(setting)) {
      Directories.makeParent(file);
      Files.write(file, all);
    }
  }

  private Set<String> remembered() throws IOException {
    try {
      return new TreeSet<>(Files.readAllLines(file));
    } catch (NoSuchFileException none) {
      return new TreeSet<>();
    }
  }
}
