package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;

import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.kindnetd.networkpolicy.explain.ClusterStateReader;
import io.kindnet.kindnetd.networkpolicy.explain.DomainNameReader;
import io.kindnet.kindnetd.networkpolicy.explain.PolicyVerdicts;
import io.kindnet.kindnetd.trace.NodeFacts;
import io.kindnet.kindnetd.trace.PacketTracer;
import io.kindnet.kindnetd.trace.TraceQuestion;
import io.kindnet.kindnetd.trace.TraceReport;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Tells what happens to the packets of a pod. */
@Command(
    name = "trace",
    description = {
      "Tells what happens to a pod's packets on this node: by which interface they arrive, which rules"
          + " of nftables they match, whoever made these, what they are translated to, where they are"
          + " routed, who drops them, what network policies say, and when they are answered.",
      "Packets are traced from when this says so, no more than --count a second, and nothing is left"
          + " behind, whatever ends the command.",
      ""
    },
    optionListHeading = "%nFlags:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:packets came, and none was dropped",
      "1:some were dropped, or the kernel refused",
      "2:a flag is wrong, or the pod is not there",
      "3:no packet came"
    },
    footer = {
      "",
      "Example: kindnetd trace --pod shop/cart --peer shop/db-0 --port 5432 --proto tcp"
    },
    customSynopsis = "kindnetd trace --pod NAMESPACE/NAME [FLAG]...",
    sortOptions = false,
    usageHelpWidth = 100)
@SuppressWarnings("NullAway.Init") // picocli fills in every field
final class TraceCommand implements Callable<Integer> {
  private static final int FORWARDED = 0;
  private static final int DROPPED = 1;
  private static final int NO_ANSWER = 2;
  private static final int NO_PACKET = 3;
  private static final int MOST_PACKETS = 10_000;
  private static final int MOST_PORT = 0xffff;

  @ParentCommand private Kindnetd agent;

  @Option(
      names = "--pod",
      required = true,
      paramLabel = "POD",
      description = "whose packets, a pod of this node as NAMESPACE/NAME")
  private String pod;

  @Option(
      names = "--peer",
      paramLabel = "IP|POD",
      defaultValue = "",
      description = "only those from and to this address or pod (default: any)")
  private String peer;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "",
      description = "only connections to this port (default: any)")
  private String port;

  @Option(
      names = "--proto",
      paramLabel = "PROTOCOL",
      defaultValue = "",
      description =
          "only this protocol: tcp, udp, sctp, icmp or icmpv6 (default: any; tcp with --port)")
  private String protocol;

  @Option(
      names = "--count",
      paramLabel = "PACKETS",
      defaultValue = "100",
      description = "ends after so many packets, 1 to 10000 (default ${DEFAULT-VALUE})")
  private String count;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = "ends after this time, such as 500ms, 30s or 2m (default ${DEFAULT-VALUE})")
  private String timeout;

  @Mixin private PolicyFlags policies;

  @Mixin private ApiServerFlags apiServer;

  @Mixin private ReportFlags report;

  @Override
  public Integer call() throws Exception {
    report.check();
    Optional<Integer> number = flag("port", port, OptionValues.optional(TraceCommand::port));
    Optional<Integer> transport =
        flag("proto", protocol, OptionValues.optional(TraceCommand::protocol));
    int packets = flag("count", count, TraceCommand::packets);
    Duration time = flag("timeout", timeout, OptionValues::duration);
    policies.check();
    apiServer.configureLogging();
    PodDirectory pods = new PodDirectory();
    Optional<PolicyVerdicts> verdicts = readCluster(pods);
    pods.addPodsOfThisNode(report.err());
    Set<InetAddress> addresses = pods.addressesOf(pod);
    Set<InetAddress> peers = flag("peer", peer, text -> peers(text, pods));
    if (addresses.isEmpty()) {
      report.note("no pod " + pod + " with an address is known");
      return NO_ANSWER;
    }
    TraceQuestion question =
        new TraceQuestion(
            addresses,
            peers,
            number.isPresent() && transport.isEmpty() ? Optional.of(6) : transport,
            number,
            packets,
            time);
    TraceReport traced =
        PacketTracer.trace(
            question,
            new Facts(pods, verdicts),
            () ->
                report
                    .err()
                    .println("tracing " + pod + " for " + timeout + " or " + packets + " packets"));
    report.print(traced::text, traced::json);
    if (traced.stories().isEmpty()) {
      return NO_PACKET;
    }
    return traced.dropped() > 0 ? DROPPED : FORWARDED;
  }

  /** What the cluster's objects say; empty where the API server does not answer. */
  private Optional<PolicyVerdicts> readCluster(PodDirectory pods) throws InterruptedException {
    Map<String, String> environment = agent.environment();
    ApiServerOptions options = apiServer.options(environment);
    try (ApiClient client = ApiServerFlags.connect(options, environment)) {
      String node = apiServer.node(environment);
      ClusterState state =
          DomainNameReader.complete(
              ClusterStateReader.read(client, node, report::note),
              NftablesSocket::open,
              report::note);
      pods.addPods(state.pods());
      return Optional.of(new PolicyVerdicts(state, policies.tiers(report::note)));
    } catch (IOException | RuntimeException unreachable) {
      report.note(
          "nothing is known of network policies and of pods of other nodes: "
              + unreachable.getMessage());
      return Optional.empty();
    }
  }

  private record Facts(PodDirectory pods, Optional<PolicyVerdicts> verdicts) implements NodeFacts {
    @Override
    public Optional<String> podAt(InetAddress address) {
      return pods.at(address);
    }

    @Override
    public List<String> policies(
        InetAddress source, InetAddress destination, int protocol, int port) {
      return verdicts.map(all -> all.of(source, destination, protocol, port)).orElse(List.of());
    }
  }

  private static Set<InetAddress> peers(String text, PodDirectory pods) {
    if (text.isEmpty()) {
      return Set.of();
    }
    if (!text.contains("/")) {
      return Set.of(IpAddresses.parse(text));
    }
    Set<InetAddress> addresses = pods.addressesOf(text);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no pod of this name with an address is known");
    }
    return addresses;
  }

  private static int port(String text) {
    int number = OptionValues.count(text);
    if (number < 1 || number > MOST_PORT) {
      throw new IllegalArgumentException("not a port from 1 to " + MOST_PORT);
    }
    return number;
  }

  private static int packets(String text) {
    int number = OptionValues.count(text);
    if (number < 1 || number > MOST_PACKETS) {
      throw new IllegalArgumentException("not a number from 1 to " + MOST_PACKETS);
    }
    return number;
  }

  private static int protocol(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "tcp" -> 6;
      case "udp" -> 17;
      case "sctp" -> 132;
      case "icmp" -> 1;
      case "icmpv6" -> 58;
      default -> throw new IllegalArgumentException("not one of tcp, udp, sctp, icmp, icmpv6");
    };
  }
}
