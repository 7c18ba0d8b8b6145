package io.kindnet.kindnetd.install;

import io.kindnet.kindnetd.files.Directories;
import io.kindnet.kindnetd.files.FileErrors;
import io.kindnet.netlink.libc.AdvisoryLock;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Installs the plugin: all of it beside what is there, synced, and last the link, by a rename. At
 * every moment whoever calls the plugin gets a whole version, or, before the first installation,
 * none.
 */
public final class Installer {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final Path source;
  private final BinDirectory directory;
  private final String version;

  /**
   * @param source the plugin to install, {@code bin} and {@code lib}
   * @param directory where to
   * @param version what to call it, besides by its content
   */
  public Installer(Path source, BinDirectory directory, String version) {
    this.source = source;
    this.directory = directory;
    this.version = version;
  }

  /**
   * Does what is needed for the link to lead to this version, whole. Changes nothing where it does.
   *
   * @throws IOException in one line, naming what could not be done to which file; what was
   *     installed before is still there, and nothing else
   */
  public Installation install() throws IOException {
    FileList files = sourceFiles();
    try {
      return InstallLock.holding(directory, TIMEOUT, () -> installOrLeaveNothing(files));
    } catch (IOException failure) {
      throw new IOException("cannot install the plugin: " + FileErrors.of(failure), failure);
    }
  }

  private Installation installOrLeaveNothing(FileList files) throws IOException {
    try {
      return install(files);
    } finally {
      Directories.removeIfEmpty(directory.versions());
    }
  }

  private FileList sourceFiles() throws IOException {
    try {
      FileList files = FileList.of(source);
      if (files.files().stream().noneMatch(file -> file.path().equals("bin/cni-kindnet"))) {
        throw new IOException("there is no bin/cni-kindnet");
      }
      return files;
    } catch (IOException failure) {
      throw new IOException(
          source
              + " is not the plugin's directory: "
              + FileErrors.of(failure)
              + "; --cni-bin-source names it",
          failure);
    }
  }

  private Installation install(FileList files) throws IOException {
    removeLeftovers();
    removeUnused(directory.old());
    InstalledVersion version = directory.version(InstalledVersion.id(this.version, files));
    int replaced = bring(version, files);
    boolean linked = !directory.linked().equals(Optional.of(version));
    if (linked) {
      link(version);
      removeUnused(directory.old());
    }
    return new Installation(version.id(), files.size(), replaced, linked);
  }

  /** Brings all files of a version to its place; returns how many had to be written. */
  private int bring(InstalledVersion version, FileList files) throws IOException {
    List<PluginFile> missing = new ArrayList<>();
    for (PluginFile file : files.files()) {
      if (!file.isIn(version.directory())) {
        missing.add(file);
      }
    }
    boolean listed = version.files().equals(Optional.of(files));
    if (missing.isEmpty() && listed) {
      return 0;
    }
    Path fresh = directory.unfinished("new");
    try {
      copy(missing, fresh);
      Path list = Files.writeString(fresh.resolve(InstalledVersion.LIST), files.text());
      Files.setPosixFilePermissions(list, PluginFile.DATA);
      Directories.syncAll(fresh);
      if (Files.exists(version.directory())) {
        // one by one: somebody may be running from here
        for (PluginFile file : missing) {
          replace(fresh.resolve(file.path()), version.directory().resolve(file.path()));
        }
        replace(fresh.resolve(InstalledVersion.LIST), version.list());
        Directories.syncAll(version.directory());
      } else {
        Files.move(fresh, version.directory(), StandardCopyOption.ATOMIC_MOVE);
      }
      Directories.sync(directory.versions());
    } finally {
      Directories.remove(fresh);
    }
    return missing.size() + (listed ? 0 : 1);
  }

  private void copy(List<PluginFile> files, Path fresh) throws IOException {
    Directories.make(fresh);
    for (PluginFile file : files) {
      Path target = fresh.resolve(file.path());
      Directories.makeParent(target);
      Files.copy(source.resolve(file.path()), target);
      Files.setPosixFilePermissions(target, file.permissions());
      Files.setLastModifiedTime(target, FileTime.from(Instant.ofEpochSecond(file.modified())));
    }
  }

  private static void replace(Path fresh, Path target) throws IOException {
    Directories.makeParent(target);
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private void link(InstalledVersion version) throws IOException {
    // the latest one in use counts as the latest one
    Files.setLastModifiedTime(version.directory(), FileTime.from(Instant.now()));
    Path fresh = directory.unfinished("link");
    try {
      Files.createSymbolicLink(fresh, directory.target(version.id()));
      Files.move(fresh, directory.link(), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
    Directories.sync(directory.path());
  }

  /**
   * Removes what an installation left that was killed: whole versions, maybe. Leaves it to whoever
   * installs or removes something at this moment.
   */
  void removeLeftoversUnlessBusy() throws IOException {
    if (!directory.leftovers().isEmpty()) {
      InstallLock.unlessBusy(directory, this::removeLeftovers);
    }
  }

  private void removeLeftovers() throws IOException {
    for (Path leftover : directory.leftovers()) {
      Directories.remove(leftover);
    }
  }

  /**
   * Removes old versions that nobody runs from.
   *
   * @return their names
   */
  public List<String> removeUnused() throws IOException {
    if (directory.old().isEmpty()) {
      return List.of();
    }
    return InstallLock.holding(directory, TIMEOUT, () -> removeUnused(directory.old()));
  }

  private List<String> removeUnused(List<InstalledVersion> old) throws IOException {
    List<String> removed = new ArrayList<>();
    for (InstalledVersion version : old) {
      if (remove(version)) {
        removed.add(version.id());
      }
    }
    return removed;
  }

  private boolean remove(InstalledVersion version) throws IOException {
    try (AdvisoryLock alone = AdvisoryLock.tryExclusive(version.lock().toString())) {
      if (alone == null) {
        return false;
      }
    } catch (KernelException refused) {
      if (refused.errno() != Errno.ENOENT) {
        throw new IOException(refused.getMessage(), refused);
      }
      // without that file nobody can run from it
    }
    Path doomed = directory.unfinished("old");
    Files.move(version.directory(), doomed, StandardCopyOption.ATOMIC_MOVE);
    Directories.remove(doomed);
    return true;
  }
}
