package io.kindnet.kindnetd.masq;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.NftablesSupport;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.kindnetd.cluster.nodes.NodeView;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import io.prometheus.metrics.core.metrics.Gauge;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Masquerades what pods, and nobody else, send anywhere but to pods and to what was configured. */
public final class MasqAgent implements Agent {
  /** The table that all of it is in. */
  public static final Table TABLE = MasqTable.TABLE;

  private static final Logger log = LoggerFactory.getLogger(MasqAgent.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(60);

  private final NodeView nodes;
  private final List<IpPrefix> configured;
  private final MasqTable table;
  private final AgentStatus status;
  private final Gauge prefixCount;
  private final ReconcileLoop loop;
  private final MasqWatch watch;

  private final Map<PrefixSet, Set<IpPrefix>> installed = new EnumMap<>(PrefixSet.class);
  private boolean established;

  /**
   * @param podLinks the names of the interfaces by which pods of this node send; one that ends with
   *     {@code *} stands for all that begin so
   * @param nftables gives the socket of the network namespace, which is opened at the start at the
   *     latest; stays the caller's to close
   * @param events what others than {@code nftables} do there
   */
  public MasqAgent(
      NodeView nodes,
      MasqOptions options,
      List<String> podLinks,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> events,
      Status status) {
    this.nodes = nodes;
    this.configured = options.excluded();
    this.table = new MasqTable(podLinks, nftables);
    this.status = status.agent("masquerading");
    this.prefixCount =
        status.gauge(
            "kindnet_no_masquerade_prefixes",
            "Prefixes to which pods are not masqueraded, none inside another.",
            "family");
    this.loop = new ReconcileLoop("masquerading", CHECK_INTERVAL, this::reconcile, this.status);
    this.watch = new MasqWatch(events, () -> loop.request(Pass.KERNEL));
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(watch.start());
    nodes.onChange(() -> loop.request(Pass.CHANGES));
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    watch.close();
  }

  @Override
  public void removeState() {
    if (NftablesSupport.removeIfPresent(table::remove)) {
      log.info("removed table {}, masquerading is disabled", MasqTable.TABLE);
    }
  }

  private Optional<String> reconcile(Pass pass) throws IOException {
    Optional<ClusterSnapshot> snapshot = nodes.snapshot();
    if (snapshot.isEmpty()) {
      return Optional.of("waiting for the list of Nodes");
    }
    List<IOException> refused = new ArrayList<>();
    boolean foreign = pass == Pass.KERNEL && table.ensureSets();
    for (PrefixSet set : PrefixSet.values()) {
      try {
        foreign |= reconcile(pass, snapshot.get(), set);
      } catch (IOException refusal) {
        // without the rest of the work nobody would get out of the cluster
        refused.add(refusal);
      }
    }
    foreign |= pass == Pass.KERNEL && table.ensureRules();
    if (foreign && established) {
      log.warn("table {} had been changed by others, put right", MasqTable.TABLE);
      status.repaired(1);
    }
    established = refused.isEmpty();
    if (!established) {
      throw refused.getFirst();
    }
    return Optional.empty();
  }

  /** Brings {@code set} to where it should be; says whether others had changed it. */
  private boolean reconcile(Pass pass, ClusterSnapshot snapshot, PrefixSet set) throws IOException {
    Set<IpPrefix> now =
        set.isOfSources()
            ? PodSources.prefixes(snapshot, set.family())
            : NoMasquerade.prefixes(snapshot, configured, set.family());
    Set<IpPrefix> expected = installed.getOrDefault(set, Set.of());
    Optional<Set<IpPrefix>> present =
        pass == Pass.KERNEL ? table.prefixes(set) : Optional.of(expected);
    installed.put(set, now);
    if (present.isPresent()) {
      table.change(set, present.get(), now);
    } else {
      table.replace(set, now);
    }
    if (!set.isOfSources()) {
      prefixCount.labelValues(set.family().name().toLowerCase(Locale.ROOT)).set(now.size());
    }
    return !present.equals(Optional.of(expected));
  }
}
