package io.kindnet.kindnetd.install;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.files.DirectoryWatch;
import io.kindnet.kindnetd.files.FileErrors;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the plugin on the host: installs it again if somebody removes or damages it, and removes
 * old versions once no call runs from them. A whole version that another agent has installed is
 * left alone, whichever it is: during an update two agents may be looking.
 */
public final class PluginAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(PluginAgent.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(30);

  private final BinDirectory directory;
  private final Installer installer;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private final DirectoryWatch watch;
  private boolean wasWhole;
  private boolean watched = true;

  /**
   * @param version of the plugin
   */
  public PluginAgent(PluginOptions options, String version, Status status) {
    this(
        options.directory(),
        options.installer(options.directory(), version),
        FileSystems.getDefault()::newWatchService,
        status);
  }

  /**
   * @param directory the host's, as this process sees it
   * @param installer what to do if the plugin is not there
   */
  PluginAgent(
      BinDirectory directory,
      Installer installer,
      DirectoryWatch.Opener notifications,
      Status status) {
    this.directory = directory;
    this.installer = installer;
    this.status = status.agent("cni-plugin");
    this.loop = new ReconcileLoop("cni-plugin", CHECK_INTERVAL, pass -> check(), this.status);
    this.watch =
        new DirectoryWatch(
            directory.path().toString(), notifications, () -> loop.request(Pass.KERNEL));
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    watch.close();
  }

  /** What is installed may be needed by pods; {@code kindnetd --cleanup} removes it. */
  @Override
  public void removeState() {}

  private Optional<String> check() throws IOException {
    if (directory.isLost()) {
      String lost = directory.path() + " was removed on the host, a new one has to be mounted";
      status.needsRestart(lost);
      return Optional.of(lost);
    }
    // first, so that what is changed from now on is seen
    watchDirectories();
    Optional<String> damage = directory.damage();
    if (damage.isPresent()) {
      install(damage.get());
      watchDirectories();
    }
    wasWhole = true;
    removeLeftovers();
    for (String old : installer.removeUnused()) {
      log.info(
          "{}: removed cni-kindnet {}, which nothing runs from any more", directory.path(), old);
    }
    return Optional.empty();
  }

  /** Nothing depends on it: where that is impossible, as on a read-only disk, they stay. */
  private void removeLeftovers() {
    try {
      installer.removeLeftoversUnlessBusy();
    } catch (IOException failure) {
      log.debug("what a killed installation left stays: {}", FileErrors.of(failure));
    }
  }

  private void install(String damage) throws IOException {
    Installation done = installer.install();
    if (wasWhole) {
      log.warn("{}; {}", damage, done);
      status.repaired(1);
    } else {
      log.info("{}; {}", damage, done);
    }
  }

  /** Without notifications, changes of others are found by the regular check only. */
  private void watchDirectories() {
    try {
      watch.ensure(directories());
      watched = true;
    } catch (NoSuchFileException | NotDirectoryException damaged) {
      // seen by the check, which comes back here
    } catch (IOException unwatchable) {
      if (watched) {
        log.warn(
            "cannot watch {}, it is checked every {} s: {}",
            directory.path(),
            CHECK_INTERVAL.toSeconds(),
            FileErrors.of(unwatchable));
      }
      watched = false;
    }
  }

  /** The host's directory, the versions', and all of the version in use. */
  private List<Path> directories() throws IOException {
    List<Path> directories = new ArrayList<>();
    directories.add(directory.path());
    if (Files.isDirectory(directory.versions())) {
      directories.add(directory.versions());
    }
    Optional<InstalledVersion> linked = directory.linked();
    if (linked.isPresent() && Files.isDirectory(linked.get().directory())) {
      try (Stream<Path> paths = Files.walk(linked.get().directory())) {
        paths.filter(Files::isDirectory).forEach(directories::add);
      } catch (UncheckedIOException failure) {
        throw failure.getCause();
      }
    }
    return directories;
  }
}
