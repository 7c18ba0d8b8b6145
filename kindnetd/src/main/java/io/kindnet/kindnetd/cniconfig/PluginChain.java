package io.kindnet.kindnetd.cniconfig;

/**
 * The plugins that a CNI configuration names.
 *
 * @param plugins whose plugins
 * @param bridge whether pods are ports of a bridge; else each has a veth pair of its own (ptp)
 */
public record PluginChain(Plugins plugins, boolean bridge) {
  /** Whose plugins wire a pod. */
  public enum Plugins {
    /** This project's cni-kindnet. */
    KINDNET,
    /** ptp or bridge, host-local and portmap of the CNI project. */
    STANDARD
  }

  /**
   * @param name {@code kindnet} or {@code standard}
   * @throws IllegalArgumentException if it is neither
   */
  public static PluginChain of(String name, boolean bridge) {
    return switch (name) {
      case "kindnet" -> new PluginChain(Plugins.KINDNET, bridge);
      case "standard" -> new PluginChain(Plugins.STANDARD, bridge);
      default -> throw new IllegalArgumentException("neither kindnet nor standard");
    };
  }
}
