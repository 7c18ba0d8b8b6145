package io.kindnet.kindnetd;

import static io.kindnet.cni.podlink.HostNetwork.LINK_PREFIX;
import static io.kindnet.cni.podlink.HostNetwork.ROUTE_PROTOCOL;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.podlink.PodMtu;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.kindnetd.agent.Agents;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.SharedNftables;
import io.kindnet.kindnetd.callserver.CniCallAgent;
import io.kindnet.kindnetd.cleanup.Cleanup;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.NodeWatch;
import io.kindnet.kindnetd.cniconfig.CniConfigurationAgent;
import io.kindnet.kindnetd.forwarding.ForwardAgent;
import io.kindnet.kindnetd.hostports.HostPortAgent;
import io.kindnet.kindnetd.hostsettings.HostSettingsAgent;
import io.kindnet.kindnetd.install.BinDirectory;
import io.kindnet.kindnetd.install.PluginAgent;
import io.kindnet.kindnetd.install.PluginOptions;
import io.kindnet.kindnetd.ipam.AddressAgent;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ServiceRanges;
import io.kindnet.kindnetd.masq.MasqAgent;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.PolicyEnforcement;
import io.kindnet.kindnetd.networkpolicy.PolicyResources;
import io.kindnet.kindnetd.networkpolicy.bridge.BridgeFilterAgent;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPodAgent;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.nodestatus.NodeConditionAgent;
import io.kindnet.kindnetd.nodestatus.NodeEvents;
import io.kindnet.kindnetd.podcidr.AcceptedNodes;
import io.kindnet.kindnetd.podcidr.PodCidrAgent;
import io.kindnet.kindnetd.podcidr.PodMarks;
import io.kindnet.kindnetd.podlinks.PodLinkAgent;
import io.kindnet.kindnetd.routes.RouteAgent;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import io.kindnet.netlink.libc.KernelRelease;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.NetconfEvents;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The node agent: reads its options, starts its parts, waits for a signal, stops them. */
@Command(
    name = "kindnetd",
    description = "The node agent of kindnet: CNI configuration, routes and masquerading.",
    versionProvider = BuildVersion.class,
    sortOptions = false,
    customSynopsis = {
      "kindnetd [FLAG]...",
      "kindnetd policy explain --from POD|IP --to POD|IP --port PORT [FLAG]..."
    },
    subcommands = PolicyCommand.class,
    footer = "A flag takes one dash or two. A boolean without a value is true.",
    usageHelpWidth = 100)
public final class Kindnetd implements Callable<Integer> {
  private static final PodMarks POD_MARKS =
      new PodMarks(
          Set.of(RouteAgent.ROUTE_PROTOCOL, ROUTE_PROTOCOL),
          LINK_PREFIX,
          CniConfigurationAgent.BRIDGE);
  private static final List<String> POD_LINKS =
      List.of(LINK_PREFIX + "*", CniConfigurationAgent.BRIDGE);
  private static final Path RESOLVER = Path.of("/etc/resolv.conf");

  private final Map<String, String> environment;
  private final KernelRelease release;

  @Mixin private final Flags flags = new Flags();

  @SuppressWarnings("NullAway.Init") // picocli's
  @Spec
  private CommandSpec spec;

  /**
   * @param release of the kernel that this runs on
   */
  Kindnetd(Map<String, String> environment, KernelRelease release) {
    this.environment = environment;
    this.release = release;
  }

  /**
   * Exit status: 0 after a signal or when an order is done, 1 if the start fails, 2 if an argument
   * is wrong.
   */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, UTF_8);
    Kindnetd command = new Kindnetd(System.getenv(), KernelRelease.running());
    System.exit(CommandRunner.run(command, List.of(arguments), out, err));
  }

  /** The environment of this process. */
  Map<String, String> environment() {
    return environment;
  }

  @Override
  public Integer call() throws Exception {
    Environment variables = Environment.of(environment);
    Options options = Options.of(flags, variables, HostDefaults.look());
    if (release.isTooOld() && !options.cleanup()) {
      // before the plugin is installed, too; what an older version left can be taken away anywhere
      throw new IllegalStateException(release.requirement());
    }
    if (options.plugin().install().isPresent()) {
      return install(options.plugin(), new BinDirectory(options.plugin().install().get()));
    }
    Logging.configure(options.verbosity());
    HostNetworkCheck.require(variables);
    if (options.cleanup()) {
      return cleanUp(options);
    }
    try (StopSignal stop = StopSignal.install()) {
      run(options, stop);
    }
    return 0;
  }

  private int install(PluginOptions plugin, BinDirectory directory) throws IOException {
    String installed = plugin.installer(directory, BuildVersion.text()).install().toString();
    spec.commandLine().getOut().println(directory.path() + ": " + installed);
    return 0;
  }

  private int cleanUp(Options options) {
    CommandLine line = spec.commandLine();
    return new Cleanup(
            options.cniConfiguration().directory(),
            options.plugin().directory(),
            NetworkConfig.DEFAULT_DATA_DIR,
            options.callServer().path())
        .run(line.getOut(), line.getErr());
  }

  private void run(Options options, StopSignal stop) throws Exception {
    Logger log = LoggerFactory.getLogger(Kindnetd.class);
    String version = BuildVersion.text();
    log.info("kindnetd {} on node {}", version, options.nodeName());
    options.missing().warnings(options.verbosity()).forEach(log::warn);

    Status status = new Status(version);
    ClusterNodes nodes = new ClusterNodes(options.nodeName());
    Set<InetAddress> apiServer = ApiServer.addresses(options.apiServer(), environment);
    AcceptedNodes accepted = new AcceptedNodes(nodes, options.podCidrs(), apiServer);
    try (StatusServer server = new StatusServer(options.metricsBindAddress(), status);
        RouteSocket kernel = RouteSocket.open();
        SharedNftables nftables = new SharedNftables(NftablesSocket::open);
        KernelWatch<RouteEvents.Batch> routeEvents = KernelWatch.ofRoutes(kernel);
        KernelWatch<NetconfEvents.Batch> netconfEvents = KernelWatch.ofNetconf(kernel);
        KernelWatch<NftablesEvents.Events> nftablesEvents =
            KernelWatch.ofNftables(() -> NftablesEvents.excludingOwn(nftables.get().portId()));
        Agents agents = new Agents()) {
      KernelMessages.show(status, kernel.requests(), nftables);
      agents.run(
          new HostSettingsAgent(accepted, netconfEvents, RouteAgent.ROUTE_PROTOCOL, status),
          !options.disableCni());
      // before calls are served, which cannot use a table of another version
      agents.run(
          new HostPortAgent(
              MonitoredDatabase.ofThisNode(), nftablesEvents, kernel, routeEvents, status),
          options.usesOwnPlugin());
      agents.run(
          new PodLinkAgent(MonitoredDatabase.ofThisNode(), kernel, routeEvents, status),
          options.usesOwnPlugin());
      NetworkPolicyOptions policyOptions = options.networkPolicy();
      Optional<String> bridge =
          options.usesBridge() ? Optional.of(CniConfigurationAgent.BRIDGE) : Optional.empty();
      LocalPodAgent localPods =
          new LocalPodAgent(
              options.nodeName(), MonitoredDatabase.ofThisNode(), routeEvents, nftables, status);
      agents.run(localPods, policyOptions.enabled() && options.usesOwnPlugin());
      agents.run(
          new BridgeFilterAgent(CniConfigurationAgent.BRIDGE, kernel, routeEvents, status),
          policyOptions.enabled() && bridge.isPresent());
      PodPolicies gate = policyOptions.enabled() ? localPods.gate() : PodPolicies.NONE;
      agents.run(
          new CniCallAgent(options.callServer(), version, gate, status), options.servesCalls());
      agents.run(
          new PluginAgent(options.plugin(), version, status),
          options.plugin().watched().isPresent());
      agents.run(
          new PodCidrAgent(accepted, kernel, routeEvents, POD_MARKS, RESOLVER, status),
          options.usesPodCidrs());
      agents.run(
          new CniConfigurationAgent(
              accepted,
              options.cniConfiguration(),
              () -> OptionalInt.of(PodMtu.ofUplinks(kernel, CniConfigurationAgent.BRIDGE)),
              status),
          !options.disableCni());
      agents.run(new RouteAgent(accepted, kernel, routeEvents, status), !options.disableCni());
      agents.run(
          new MasqAgent(
              accepted, options.masquerading(), POD_LINKS, nftables, nftablesEvents, status),
          options.masquerading().enabled());
      agents.run(
          new ForwardAgent(accepted, options.forwarding(), nftables, nftablesEvents, status),
          options.usesPodCidrs());
      // not before, since a part that has not begun yet is none that readiness waits for
      server.start();
      try (KubernetesClient client =
              ApiServer.connect(options.apiServer(), environment, accepted::apiServerAt);
          NodeWatch watch = new NodeWatch(client, nodes, status);
          ServiceRanges serviceRanges = new ServiceRanges(client, accepted::serviceRanges);
          PolicyResources policies =
              new PolicyResources(client, policyOptions, options.nodeName(), status, nodes::count);
          Agents clientAgents = new Agents()) {
        clientAgents.run(
            new NodeConditionAgent(
                client, watch, nodes, status, CniConfigurationAgent.NAME, RouteAgent.NAME),
            !options.disableCni());
        clientAgents.run(
            new AddressAgent(
                MonitoredDatabase.ofThisNode(),
                new NodeEvents(client, options.nodeName())::warn,
                status),
            options.usesOwnPlugin());
        PolicyEnforcement enforcement =
            new PolicyEnforcement(
                policyOptions,
                policies,
                options.usesOwnPlugin()
                    ? localPods.pods()
                    : LocalPods.ofOtherPlugin(options.nodeName()),
                bridge,
                options.denials(),
                nftables,
                nftablesEvents,
                status);
        clientAgents.run(enforcement.denials(), options.logsDenials());
        clientAgents.run(enforcement.agent(), policyOptions.enabled());
        watch.start();
        if (options.usesPodCidrs()) {
          serviceRanges.start();
        }
        stop.await();
      }
    } catch (InterruptedException interrupted) {
      if (!stop.received()) {
        throw interrupted;
      }
    }
    log.info("kindnetd stops; routes and rules stay for the pods");
  }
}
