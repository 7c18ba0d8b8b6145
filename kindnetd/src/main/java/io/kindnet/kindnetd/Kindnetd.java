package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.kindnetd.agent.Agents;
import io.kindnet.kindnetd.cleanup.Cleanup;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.NodeWatch;
import io.kindnet.kindnetd.dnscache.DnsCaching;
import io.kindnet.kindnetd.install.BinDirectory;
import io.kindnet.kindnetd.install.PluginOptions;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ServiceRanges;
import io.kindnet.kindnetd.networkpolicy.PolicyEnforcement;
import io.kindnet.kindnetd.networkpolicy.PolicyResources;
import io.kindnet.kindnetd.podcidr.AcceptedNodes;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import io.kindnet.netlink.libc.KernelRelease;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The node agent: reads its options, starts its parts, waits for a signal, stops them. */
public final class Kindnetd implements Callable<Integer>, Program {
  private final Map<String, String> environment;
  private final KernelRelease release;

  private final Flags flags = new Flags();
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  /**
   * @param release of the kernel that this runs on
   */
  Kindnetd(Map<String, String> environment, KernelRelease release) {
    this.environment = environment;
    this.release = release;
    flags.addTo(spec);
    spec.name("kindnetd").versionProvider(new BuildVersion());
    spec.usageMessage()
        .description("The node agent of kindnet: CNI configuration, routes and masquerading.")
        .customSynopsis(
            "kindnetd [FLAG]...",
            "kindnetd policy explain --from POD|IP --to POD|IP --port PORT [FLAG]...",
            "kindnetd connections [--pod NAMESPACE/NAME] [-o json] [FLAG]...",
            "kindnetd trace --pod NAMESPACE/NAME [FLAG]...",
            "kindnetd dns [--name NAME] [FLAG]...");
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

  @Override
  public CommandSpec spec() {
    return spec;
  }

  @Override
  public List<Class<?>> subcommands() {
    return List.of(
        PolicyCommand.class, ConnectionsCommand.class, TraceCommand.class, DnsCommand.class);
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
    options.missing().warnings().forEach(log::warn);

    Status status = new Status(version);
    ClusterNodes nodes = new ClusterNodes(options.nodeName());
    Set<InetAddress> apiServer = ApiServer.addresses(options.apiServer(), environment);
    AcceptedNodes accepted = new AcceptedNodes(nodes, options.podCidrs(), apiServer);
    try (StatusServer server = new StatusServer(options.metricsBindAddress(), status);
        HostKernel kernel = HostKernel.open(status);
        Agents agents = new Agents()) {
      NodeAgents all = new NodeAgents(options, accepted, kernel, status);
      boolean policies = options.networkPolicy().enabled();
      agents.run(all.hostSettings(), !options.disableCni());
      // before calls are served, which cannot use a table of another version
      agents.run(all.hostPorts(), options.usesOwnPlugin());
      agents.run(all.podLinks(), options.usesOwnPlugin());
      agents.run(all.localPods(), policies && options.usesOwnPlugin());
      agents.run(all.bridgeFilter(), policies && options.usesBridge());
      agents.run(all.calls(), options.servesCalls());
      agents.run(all.plugin(), options.plugin().watched().isPresent());
      agents.run(all.podCidrs(), options.usesPodCidrs());
      agents.run(all.cniConfiguration(), !options.disableCni());
      agents.run(all.routes(), !options.disableCni());
      agents.run(all.masquerading(), options.masquerading().enabled());
      agents.run(all.forwarding(), options.usesPodCidrs());
      agents.run(all.fastPath(), options.fastPath().enabled());
      agents.run(all.connections(), true);
      // not before, since a part that has not begun yet is none that readiness waits for
      server.start();
      follow(options, nodes, accepted, all, server, status, stop);
    } catch (InterruptedException interrupted) {
      if (!stop.received()) {
        throw interrupted;
      }
    }
    log.info("kindnetd stops; routes and rules stay for the pods");
  }

  /** Runs the agents that ask the API server themselves, and follows the Nodes, until the end. */
  private void follow(
      Options options,
      ClusterNodes nodes,
      AcceptedNodes accepted,
      NodeAgents all,
      StatusServer server,
      Status status,
      StopSignal stop)
      throws Exception {
    try (ApiClient client =
            ApiServer.connect(options.apiServer(), environment, accepted::apiServerAt);
        NodeWatch watch = new NodeWatch(client, nodes, status);
        ServiceRanges serviceRanges = new ServiceRanges(client, accepted::serviceRanges);
        PolicyResources resources =
            new PolicyResources(
                client,
                options.networkPolicy(),
                options.dnsCache().enabled(),
                options.nodeName(),
                status,
                nodes::count);
        DnsCaching dns = all.dnsCaching(client, nodes);
        MemoryRelease memory = new MemoryRelease();
        Agents agents = new Agents()) {
      agents.run(all.nodeCondition(client, watch, nodes), !options.disableCni());
      agents.run(all.addresses(client), options.usesOwnPlugin());
      PolicyEnforcement policies = all.policies(resources, dns.policies());
      agents.run(policies.denials(), options.logsDenials());
      agents.run(policies.agent(), options.networkPolicy().enabled());
      agents.run(all.packetLog(policies.agent()::podAt), options.logsPackets());
      agents.run(all.nat64(resources), !options.disableCni() && options.nat64().enabled());
      dns.start(policies.agent()::lookAgain);
      server.localPage(DnsCommand.PAGE, dns.agent()::report);
      server.localPage(DnsCommand.JSON_PAGE, dns.agent()::jsonReport);
      agents.run(dns.agent(), options.dnsCache().enabled());
      watch.start();
      if (options.usesPodCidrs()) {
        serviceRanges.start();
      }
      memory.start();
      stop.await();
    }
  }
}
