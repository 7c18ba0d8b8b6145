package io.kindnet.kindnetd.install;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The plugin on the host.
 *
 * @param install {@code --install-cni-bin}: where to install it and do nothing else
 * @param watched {@code --cni-bin-dir}: where to keep it installed
 * @param source {@code --cni-bin-source}; empty for the one beside this agent
 */
public record PluginOptions(Optional<Path> install, Optional<Path> watched, Optional<Path> source) {
  /**
   * From the agent's Java runtime to the directory of the agent, as {@code make dist} lays it out.
   */
  private static final String AGENT = "../../..";

  /** Where it would be kept installed. */
  public BinDirectory directory() {
    return new BinDirectory(watched.orElse(Path.of("/opt/cni/bin")));
  }

  /**
   * What installs the plugin in {@code directory}.
   *
   * @param version of the plugin
   */
  public Installer installer(BinDirectory directory, String version) {
    Path plugin = source.orElseGet(PluginOptions::besideTheAgent);
    return new Installer(plugin, directory, version);
  }

  private static Path besideTheAgent() {
    return Path.of(System.getProperty("java.home"), AGENT, "../cni").normalize();
  }
}
