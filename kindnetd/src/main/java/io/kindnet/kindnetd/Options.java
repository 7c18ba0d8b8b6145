package io.kindnet.kindnetd;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.kindnetd.cniconfig.PluginChain;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.status.BindAddress;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * What kindnetd was asked to do: flags and environment together, every value checked. Each
 * component is described at its flag in {@link Flags}.
 *
 * @param nodeName in lower case, as the kubelet registers it
 * @param apiServer {@code --kubeconfig}, {@code --master} and {@code --control-plane-endpoint}
 * @param noMasquerade {@code --no-masquerade-cidr} and {@code POD_SUBNET}
 * @param clusterCidrs {@code POD_SUBNET}
 * @param plugins {@code --cni-plugins} and {@code CNI_BRIDGE}, else what {@code POD_SUBNET} and
 *     {@code --cni-bin-dir} suggest
 * @param plugin {@code --cni-bin-dir}, {@code --cni-bin-source} and {@code --install-cni-bin}
 */
record Options(
    boolean disableCni,
    boolean networkPolicy,
    boolean adminNetworkPolicy,
    boolean baselineAdminNetworkPolicy,
    boolean dnsCaching,
    List<InetAddress> dnsCachingNameservers,
    boolean disableNri,
    boolean nat64,
    String nodeName,
    boolean masquerading,
    List<IpPrefix> noMasquerade,
    List<IpPrefix> clusterCidrs,
    ApiServerOptions apiServer,
    InetSocketAddress metricsBindAddress,
    int fastpathThreshold,
    int nflogLevel,
    boolean ipsecOverlay,
    PluginChain plugins,
    Path cniConfDir,
    Optional<Path> cniSocket,
    PluginOptions plugin,
    boolean cleanup,
    int verbosity) {

  /** Whether pods get their network from cni-kindnet. */
  boolean usesOwnPlugin() {
    return !disableCni && plugins.plugins() == PluginChain.Plugins.KINDNET;
  }

  /** Whether its calls are served here. */
  boolean servesCalls() {
    return usesOwnPlugin() && cniSocket.isPresent();
  }

  /** Where they would be. */
  Path callSocket() {
    return cniSocket.orElse(DelegationProtocol.DEFAULT_SOCKET);
  }

  /** Whether any part uses the pod CIDRs of Nodes. */
  boolean usesPodCidrs() {
    return !disableCni || masquerading;
  }

  /**
   * @param host its name is for a node that is given no other
   * @throws BadValueException naming the flag or variable, its value and the reason
   */
  static Options of(Flags flags, Environment environment, HostDefaults host) {
    List<IpPrefix> noMasquerade =
        new ArrayList<>(flag("no-masquerade-cidr", flags.noMasqueradeCidr, list(IpPrefix::parse)));
    List<IpPrefix> clusterCidrs =
        variable("POD_SUBNET", environment.podSubnet(), list(IpPrefix::parse));
    noMasquerade.addAll(clusterCidrs);
    boolean bridge = !environment.cniBridge().isEmpty();
    return new Options(
        flags.disableCni,
        flags.networkPolicy,
        flags.adminNetworkPolicy,
        flags.baselineAdminNetworkPolicy,
        flags.dnsCaching,
        flag("dns-caching-nameservers", flags.dnsCachingNameservers, list(IpAddresses::parse)),
        flags.disableNri,
        flags.nat64,
        nodeName(flags.hostnameOverride, environment.nodeName(), host.name()),
        flags.masquerading,
        List.copyOf(noMasquerade),
        clusterCidrs,
        new ApiServerOptions(
            flag("kubeconfig", flags.kubeconfig, optional(Path::of)),
            flag("master", flags.master, optional(Options::url)),
            controlPlaneEndpoint(flags.controlPlaneEndpoint, environment.controlPlaneEndpoint())),
        flag("metrics-bind-address", flags.metricsBindAddress, BindAddress::parse),
        flag("fastpath-threshold", flags.fastpathThreshold, Options::count),
        flag("nflog-level", flags.nflogLevel, Options::count),
        flags.ipsecOverlay,
        plugins(flags, environment, host, bridge),
        flag("cni-conf-dir", flags.cniConfDir, Path::of),
        flag("cni-socket", flags.cniSocket, optional(Options::absolute)),
        new PluginOptions(
            flag("install-cni-bin", flags.installCniBin, optional(Options::absolute)),
            flag("cni-bin-dir", flags.cniBinDir, optional(Options::absolute)),
            flag("cni-bin-source", flags.cniBinSource, optional(Options::absolute))),
        flags.cleanup,
        flag("v", flags.verbosity, Options::count));
  }

  /**
   * A manifest in the form of kind's gives the cluster's pod CIDRs, and neither installs a plugin
   * nor mounts what ours needs, since the image of the node has the standard ones.
   */
  private static PluginChain plugins(
      Flags flags, Environment environment, HostDefaults host, boolean bridge) {
    boolean installsNone = flags.cniBinDir.isBlank() && !host.hasPluginData();
    boolean likeKind = !environment.podSubnet().isBlank() && installsNone;
    String byDefault = likeKind ? "standard" : "kindnet";
    String name = flags.cniPlugins.isEmpty() ? byDefault : flags.cniPlugins;
    return flag("cni-plugins", name, text -> PluginChain.of(text, bridge));
  }

  private static String nodeName(String override, String fromEnvironment, String hostName) {
    String name = override.isEmpty() ? fromEnvironment : override;
    return (name.isEmpty() ? hostName : name).strip().toLowerCase(Locale.ROOT);
  }

  private static Optional<URI> controlPlaneEndpoint(String flag, String fromEnvironment) {
    return flag.isEmpty()
        ? variable("CONTROL_PLANE_ENDPOINT", fromEnvironment, optional(Options::urlOrHostPort))
        : flag("control-plane-endpoint", flag, optional(Options::url));
  }

  private static <T> T flag(String name, String value, Function<String, T> reader) {
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException reason) {
      throw BadValueException.ofFlag(name, value, reason);
    }
  }

  private static <T> T variable(String name, String value, Function<String, T> reader) {
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException reason) {
      throw BadValueException.ofVariable(name, value, reason);
    }
  }

  private static <T> Function<String, List<T>> list(Function<String, T> reader) {
    return text -> {
      List<T> items = new ArrayList<>();
      if (!text.isBlank()) {
        for (String item : text.split(",", -1)) {
          items.add(reader.apply(item.strip()));
        }
      }
      return List.copyOf(items);
    };
  }

  private static <T> Function<String, Optional<T>> optional(Function<String, T> reader) {
    return text -> text.isBlank() ? Optional.empty() : Optional.of(reader.apply(text.strip()));
  }

  private static int count(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // the message below says it
    }
    throw new IllegalArgumentException("not a whole number from 0 to " + Integer.MAX_VALUE);
  }

  private static Path absolute(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("not an absolute path");
    }
    return path;
  }

  private static URI urlOrHostPort(String text) {
    return url(text.contains("://") ? text : "https://" + text);
  }

  private static URI url(String text) {
    try {
      URI url = new URI(text);
      boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (web && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException notAUrl) {
      // the message below says it
    }
    throw new IllegalArgumentException("not a URL such as https://10.0.0.1:6443");
  }
}
