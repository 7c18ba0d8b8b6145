package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;
import static io.kindnet.kindnetd.OptionValues.list;
import static io.kindnet.kindnetd.OptionValues.optional;
import static io.kindnet.kindnetd.OptionValues.variable;

import io.kindnet.kindnetd.callserver.CallServerOptions;
import io.kindnet.kindnetd.cniconfig.CniConfigurationOptions;
import io.kindnet.kindnetd.cniconfig.PluginChain;
import io.kindnet.kindnetd.dnscache.DnsCacheOptions;
import io.kindnet.kindnetd.fastpath.FastPathOptions;
import io.kindnet.kindnetd.forwarding.ForwardOptions;
import io.kindnet.kindnetd.install.PluginOptions;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.masq.MasqOptions;
import io.kindnet.kindnetd.nat64.Nat64Options;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.denials.DenialOptions;
import io.kindnet.kindnetd.packetlog.PacketLogOptions;
import io.kindnet.kindnetd.podcidr.PodCidrOptions;
import io.kindnet.kindnetd.status.BindAddress;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What kindnetd was asked to do: flags and environment together, every value checked. What one
 * agent alone is asked for is in a record of its package.
 *
 * @param nodeName in lower case, as the kubelet registers it
 * @param disableCni {@code --disable-cni}: neither a CNI configuration nor routes
 * @param apiServer {@code --kubeconfig}, {@code --master} and {@code --control-plane-endpoint}
 * @param metricsBindAddress {@code --metrics-bind-address}
 * @param missing what there is no agent for yet
 * @param cleanup {@code --cleanup}
 * @param verbosity {@code -v}
 */
record Options(
    String nodeName,
    boolean disableCni,
    ApiServerOptions apiServer,
    InetSocketAddress metricsBindAddress,
    CniConfigurationOptions cniConfiguration,
    PodCidrOptions podCidrs,
    MasqOptions masquerading,
    ForwardOptions forwarding,
    NetworkPolicyOptions networkPolicy,
    CallServerOptions callServer,
    PluginOptions plugin,
    DenialOptions denials,
    PacketLogOptions packetLog,
    FastPathOptions fastPath,
    DnsCacheOptions dnsCache,
    Nat64Options nat64,
    MissingFeatures missing,
    boolean cleanup,
    int verbosity) {

  /** Whether pods get their network from cni-kindnet. */
  boolean usesOwnPlugin() {
    return !disableCni && cniConfiguration.plugins().plugins() == PluginChain.Plugins.KINDNET;
  }

  /** Whether pods are on a bridge, whoever's plugin it is that puts them there. */
  boolean usesBridge() {
    return !disableCni && cniConfiguration.plugins().bridge();
  }

  /** Whether denied connections are logged. */
  boolean logsDenials() {
    return networkPolicy.enabled() && denials.enabled();
  }

  /** Whether packets are logged. */
  boolean logsPackets() {
    return packetLog.enabled(verbosity);
  }

  /** Whether its calls are served here. */
  boolean servesCalls() {
    return usesOwnPlugin() && callServer.socket().isPresent();
  }

  /** Whether any part uses the pod CIDRs of Nodes. */
  boolean usesPodCidrs() {
    return !disableCni || masquerading.enabled();
  }

  /**
   * @param host its name is for a node that is given no other
   * @throws BadValueException naming the flag or variable, its value and the reason
   */
  static Options of(Flags flags, Environment environment, HostDefaults host) {
    List<IpPrefix> clusterCidrs =
        variable("POD_SUBNET", environment.podSubnet(), list(IpPrefix::parse));
    return new Options(
        nodeName(flags.hostnameOverride.value(), environment.nodeName(), host.name()),
        flags.disableCni.value(),
        flags.cluster.options(
            controlPlaneEndpoint(
                flags.controlPlaneEndpoint.value(), environment.controlPlaneEndpoint())),
        flag("metrics-bind-address", flags.metricsBindAddress.value(), BindAddress::parse),
        new CniConfigurationOptions(
            plugins(flags, environment, host),
            flag("cni-conf-dir", flags.cniConfDir.value(), Path::of)),
        new PodCidrOptions(clusterCidrs),
        masquerading(flags, clusterCidrs),
        new ForwardOptions(flags.acceptForwardedPods.value()),
        new NetworkPolicyOptions(
            flags.networkPolicy.value(),
            flags.adminNetworkPolicy.value(),
            flags.baselineAdminNetworkPolicy.value()),
        new CallServerOptions(
            flag("cni-socket", flags.cniSocket.value(), optional(OptionValues::absolute))),
        new PluginOptions(
            flag("install-cni-bin", flags.installCniBin.value(), optional(OptionValues::absolute)),
            flag("cni-bin-dir", flags.cniBinDir.value(), optional(OptionValues::absolute)),
            flag("cni-bin-source", flags.cniBinSource.value(), optional(OptionValues::absolute))),
        new DenialOptions(
            flag(
                "network-policy-log", flags.networkPolicyLog.value(), DenialOptions.Format::named)),
        new PacketLogOptions(
            flag("nflog-level", flags.nflogLevel.value(), OptionValues::count),
            flag("nflog-format", flags.nflogFormat.value(), OptionValues::isJson)),
        fastPath(flags),
        new DnsCacheOptions(
            flags.dnsCaching.value(),
            flag(
                "dns-caching-nameservers",
                flags.dnsCachingNameservers.value(),
                list(IpAddresses::parse)),
            Duration.ofSeconds(
                flag("dns-caching-max-ttl", flags.dnsCachingMaxTtl.value(), OptionValues::count))),
        nat64(flags),
        missing(flags),
        flags.cleanup.value(),
        flags.common.verbosity());
  }

  private static MasqOptions masquerading(Flags flags, List<IpPrefix> clusterCidrs) {
    List<IpPrefix> excluded =
        new ArrayList<>(
            flag("no-masquerade-cidr", flags.noMasqueradeCidr.value(), list(IpPrefix::parse)));
    excluded.addAll(clusterCidrs);
    return new MasqOptions(flags.masquerading.value(), excluded);
  }

  private static FastPathOptions fastPath(Flags flags) {
    return new FastPathOptions(
        flag("fastpath-threshold", flags.fastpathThreshold.value(), OptionValues::count));
  }

  private static Nat64Options nat64(Flags flags) {
    return new Nat64Options(
        flags.nat64.value(),
        flag(
            "nat64-prefix",
            flags.nat64Prefix.value(),
            text -> Nat64Options.prefix(IpPrefix.parse(text))),
        flag(
            "nat64-pool", flags.nat64Pool.value(), text -> Nat64Options.pool(IpPrefix.parse(text))),
        flag(
            "nat64-allow",
            flags.nat64Allow.value(),
            list(text -> Nat64Options.allowed(IpPrefix.parse(text)))));
  }

  private static MissingFeatures missing(Flags flags) {
    return new MissingFeatures(flags.disableNri.value(), flags.ipsecOverlay.value());
  }

  /**
   * A manifest in the form of kind's gives the cluster's pod CIDRs, and neither installs a plugin
   * nor mounts what ours needs, since the image of the node has the standard ones.
   */
  private static PluginChain plugins(Flags flags, Environment environment, HostDefaults host) {
    boolean installsNone = flags.cniBinDir.value().isBlank() && !host.hasPluginData();
    boolean likeKind = !environment.podSubnet().isBlank() && installsNone;
    String byDefault = likeKind ? "standard" : "kindnet";
    String name = flags.cniPlugins.value().isEmpty() ? byDefault : flags.cniPlugins.value();
    boolean bridge = !environment.cniBridge().isEmpty();
    return flag("cni-plugins", name, text -> PluginChain.of(text, bridge));
  }

  /** The name of this node, as the kubelet registers it. */
  static String nodeName(String override, String fromEnvironment, String hostName) {
    String name = override.isEmpty() ? fromEnvironment : override;
    return (name.isEmpty() ? hostName : name).strip().toLowerCase(Locale.ROOT);
  }

  /** Where the API server is said to be, by a flag or else by the environment. */
  static Optional<URI> controlPlaneEndpoint(String flag, String fromEnvironment) {
    return flag.isEmpty()
        ? variable("CONTROL_PLANE_ENDPOINT", fromEnvironment, optional(OptionValues::urlOrHostPort))
        : flag("control-plane-endpoint", flag, optional(OptionValues::url));
  }
}
