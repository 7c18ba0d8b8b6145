package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.packets.PacketReader;
import io.kindnet.kindnetd.packets.PodNames;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the connections that network policies deny. Pods can do without it: where the kernel cannot
 * log packets, {@code /readyz} says so, and policies are enforced all the same.
 */
public final class DenialAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(DenialAgent.class);
  private static final String NAME = "network-policy-log";

  /** How late the line may be that says how many were left out. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final Table PROBE = new Table(TableFamily.INET, "kindnet-log-probe");

  private final Supplier<NftablesSocket> nftables;
  private final AgentStatus status;
  private final DenialLog denials;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean rulesMayLog;
  private @Nullable PacketReader reader;

  /**
   * @param reasons tells why chains of the table deny
   * @param pods tells which pod has an address
   * @param nftables gives the socket of the network namespace in which {@link #start} is called;
   *     stays the caller's to close
   */
  public DenialAgent(
      DenialOptions options,
      DenyReasons reasons,
      PodNames pods,
      Supplier<NftablesSocket> nftables,
      Status status) {
    this.nftables = nftables;
    this.status = status.optionalAgent(NAME);
    DenialLines lines =
        options.format() == DenialOptions.Format.JSON
            ? DenialLines.json(InstantSource.system(), line -> System.err.println(line))
            : DenialLines.text(log::info);
    this.denials = new DenialLog(reasons, pods, lines, System::nanoTime);
    status.counter(
        "kindnet_network_policy_log_lines_total",
        "Connections that network policies denied and that have a line in the log.",
        List.of(),
        () -> Map.of(List.of(), denials.logged()));
    status.counter(
        "kindnet_network_policy_log_left_out_total",
        "Packets of denied connections that have no line: too many came at once.",
        List.of(),
        () -> Map.of(List.of(), denials.leftOut()));
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  /**
   * Whether the kernel takes rules that log: false until this has started, and where it cannot log
   * packets.
   */
  public boolean rulesMayLog() {
    return rulesMayLog;
  }

  /** Has {@code listener} run when {@link #rulesMayLog} has changed; it must be quick. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void start() {
    requireLogRules();
    reader = PacketReader.start(DenialLogRule.GROUP, PAUSE, denials::take, status);
    status.beginReady();
    rulesMayLog = true;
    listeners.forEach(Runnable::run);
  }

  /** A rule that the kernel cannot take would keep the whole table out of it. */
  private void requireLogRules() {
    Chain chain = Chain.regular(PROBE, "log");
    NftablesSocket socket = nftables.get();
    try {
      socket.commit(
          socket
              .transaction()
              .add(PROBE)
              .add(chain)
              .append(chain, new Rule(DenialLogRule.expressions(Direction.INGRESS, "probe"), null))
              .delete(PROBE));
    } catch (KernelException refusal) {
      throw new IllegalStateException(
          "this kernel takes no rules that log to nflog: " + refusal.getMessage(), refusal);
    }
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
    }
  }

  /** There is nothing in the kernel but the rules of the table, which are not this agent's. */
  @Override
  public void removeState() {}
}
