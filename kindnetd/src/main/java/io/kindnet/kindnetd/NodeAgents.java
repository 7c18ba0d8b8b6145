package io.kindnet.kindnetd;

import static io.kindnet.cni.podlink.HostNetwork.LINK_PREFIX;
import static io.kindnet.cni.podlink.HostNetwork.ROUTE_PROTOCOL;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.podlink.PodMtu;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.kindnetd.callserver.CniCallAgent;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.NodeWatch;
import io.kindnet.kindnetd.cniconfig.CniConfigurationAgent;
import io.kindnet.kindnetd.conntrack.ConntrackAgent;
import io.kindnet.kindnetd.conntrack.ConntrackSettings;
import io.kindnet.kindnetd.dnscache.DnsCaching;
import io.kindnet.kindnetd.fastpath.FastPathAgent;
import io.kindnet.kindnetd.forwarding.ForwardAgent;
import io.kindnet.kindnetd.hostports.HostPortAgent;
import io.kindnet.kindnetd.hostsettings.HostSettingsAgent;
import io.kindnet.kindnetd.install.PluginAgent;
import io.kindnet.kindnetd.ipam.AddressAgent;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.masq.MasqAgent;
import io.kindnet.kindnetd.nat64.Nat64Agent;
import io.kindnet.kindnetd.nat64.PluginPods;
import io.kindnet.kindnetd.nat64.StatusPods;
import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.networkpolicy.PolicyEnforcement;
import io.kindnet.kindnetd.networkpolicy.PolicyResources;
import io.kindnet.kindnetd.networkpolicy.bridge.BridgeFilterAgent;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPodAgent;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.nodestatus.NodeConditionAgent;
import io.kindnet.kindnetd.nodestatus.NodeEvents;
import io.kindnet.kindnetd.packetlog.PacketLogAgent;
import io.kindnet.kindnetd.packets.PodNames;
import io.kindnet.kindnetd.podcidr.AcceptedNodes;
import io.kindnet.kindnetd.podcidr.PodCidrAgent;
import io.kindnet.kindnetd.podcidr.PodMarks;
import io.kindnet.kindnetd.podlinks.PodLinkAgent;
import io.kindnet.kindnetd.routes.RouteAgent;
import io.kindnet.kindnetd.status.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes each agent from what it needs of the options, the kernel and the cluster; starts none. */
final class NodeAgents {
  private static final PodMarks POD_MARKS =
      new PodMarks(
          Set.of(RouteAgent.ROUTE_PROTOCOL, ROUTE_PROTOCOL),
          LINK_PREFIX,
          CniConfigurationAgent.BRIDGE);
  private static final List<String> POD_LINKS =
      List.of(LINK_PREFIX + "*", CniConfigurationAgent.BRIDGE);
  private static final Path RESOLVER = Path.of("/etc/resolv.conf");

  private final Options options;
  private final AcceptedNodes nodes;
  private final HostKernel kernel;
  private final Status status;
  private final LocalPodAgent localPods;
  private final DomainAddresses domains;
  private @Nullable FastPathAgent fastPath;

  /**
   * @param nodes as far as they are accepted
   * @param kernel stays the caller's to close
   */
  NodeAgents(Options options, AcceptedNodes nodes, HostKernel kernel, Status status) {
    this.options = options;
    this.nodes = nodes;
    this.kernel = kernel;
    this.status = status;
    this.localPods =
        new LocalPodAgent(
            options.nodeName(), database(), kernel.routeEvents(), kernel.nftables(), status);
    this.domains = new DomainAddresses(kernel.addressNftables());
  }

  private static MonitoredDatabase database() {
    return MonitoredDatabase.ofThisNode();
  }

  HostSettingsAgent hostSettings() {
    return new HostSettingsAgent(nodes, kernel.netconfEvents(), RouteAgent.ROUTE_PROTOCOL, status);
  }

  HostPortAgent hostPorts() {
    return new HostPortAgent(
        database(), kernel.nftablesEvents(), kernel.routes(), kernel.routeEvents(), status);
  }

  PodLinkAgent podLinks() {
    return new PodLinkAgent(database(), kernel.routes(), kernel.routeEvents(), status);
  }

  LocalPodAgent localPods() {
    return localPods;
  }

  BridgeFilterAgent bridgeFilter() {
    return new BridgeFilterAgent(
        CniConfigurationAgent.BRIDGE, kernel.routes(), kernel.routeEvents(), status);
  }

  CniCallAgent calls() {
    PodPolicies policies = options.networkPolicy().enabled() ? localPods.gate() : PodPolicies.NONE;
    return new CniCallAgent(options.callServer(), BuildVersion.text(), policies, status);
  }

  PluginAgent plugin() {
    return new PluginAgent(options.plugin(), BuildVersion.text(), status);
  }

  PodCidrAgent podCidrs() {
    return new PodCidrAgent(
        nodes, kernel.routes(), kernel.routeEvents(), POD_MARKS, RESOLVER, status);
  }

  CniConfigurationAgent cniConfiguration() {
    return new CniConfigurationAgent(
        nodes,
        options.cniConfiguration(),
        () -> OptionalInt.of(PodMtu.ofUplinks(kernel.routes(), CniConfigurationAgent.BRIDGE)),
        status);
  }

  RouteAgent routes() {
    return new RouteAgent(nodes, kernel.routes(), kernel.routeEvents(), status);
  }

  MasqAgent masquerading() {
    return new MasqAgent(
        nodes,
        options.masquerading(),
        POD_LINKS,
        kernel.nftables(),
        kernel.nftablesEvents(),
        status);
  }

  ForwardAgent forwarding() {
    return new ForwardAgent(
        nodes, options.forwarding(), kernel.nftables(), kernel.nftablesEvents(), status);
  }

  /** The same each time, for policies tell it what is in force. */
  FastPathAgent fastPath() {
    FastPathAgent agent = fastPath;
    if (agent == null) {
      agent =
          new FastPathAgent(
              options.fastPath(),
              options.networkPolicy().enabled(),
              LINK_PREFIX,
              Nat64Agent.LINKS,
              kernel.routes(),
              kernel.routeEvents(),
              kernel.nftables(),
              kernel.nftablesEvents(),
              status);
      fastPath = agent;
    }
    return agent;
  }

  /**
   * @param resources tells of the pods that another plugin connects
   */
  Nat64Agent nat64(PolicyResources resources) {
    return new Nat64Agent(
        options.nat64(),
        nodes,
        options.usesOwnPlugin()
            ? new PluginPods(database())
            : new StatusPods(resources::pods, options.nodeName()),
        nodes::serviceRanges,
        LINK_PREFIX,
        () -> PodMtu.ofUplinks(kernel.routes(), CniConfigurationAgent.BRIDGE),
        kernel.routes(),
        kernel.routeEvents(),
        kernel.nftables(),
        kernel.nftablesEvents(),
        status);
  }

  ConntrackAgent connections() {
    return new ConntrackAgent(ConntrackSettings.beside(options.callServer().path()), status);
  }

  /**
   * @param pods tells which pod has an address
   */
  PacketLogAgent packetLog(PodNames pods) {
    return new PacketLogAgent(
        options.packetLog(), pods, kernel.nftables(), kernel.nftablesEvents(), status);
  }

  /**
   * @param all the Nodes as they are, accepted or not
   */
  NodeConditionAgent nodeCondition(ApiClient client, NodeWatch watch, ClusterNodes all) {
    return new NodeConditionAgent(
        client, watch, all, status, CniConfigurationAgent.NAME, RouteAgent.NAME);
  }

  AddressAgent addresses(ApiClient client) {
    return new AddressAgent(database(), new NodeEvents(client, options.nodeName())::warn, status);
  }

  /**
   * @param all the Nodes as they are, accepted or not
   */
  DnsCaching dnsCaching(ApiClient client, ClusterNodes all) {
    return new DnsCaching(
        options.dnsCache(),
        client,
        nodes::serviceRanges,
        all::count,
        options.networkPolicy().enabled(),
        domains,
        POD_LINKS,
        kernel.routes(),
        kernel.routeEvents(),
        RouteAgent.ROUTE_PROTOCOL,
        kernel.nftables(),
        kernel.nftablesEvents(),
        status);
  }

  /**
   * @param dns is told what is in force
   */
  PolicyEnforcement policies(PolicyResources resources, EnforcementListener dns) {
    return new PolicyEnforcement(
        options.networkPolicy(),
        resources,
        options.usesOwnPlugin() ? localPods.pods() : LocalPods.ofOtherPlugin(options.nodeName()),
        options.usesBridge() ? Optional.of(CniConfigurationAgent.BRIDGE) : Optional.empty(),
        options.denials(),
        options.fastPath().enabled() ? EnforcementListener.both(fastPath().policies(), dns) : dns,
        domains,
        kernel.nftables(),
        kernel.nftablesEvents(),
        status);
  }
}
