package io.kindnet.kindnetd.networkpolicy.localpods;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.policy.PendingTable;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.NftablesSupport;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Knows the pods that the plugin has connected, from its calls and from its database, and writes
 * into the database where network policies may select pods, for the calls that no agent serves.
 */
public final class LocalPodAgent implements Agent {
  private static final String NAME = "local-pods";

  /** Between two looks at the database. */
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);

  private final MonitoredDatabase database;
  private final Supplier<NftablesSocket> nftables;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private final PluginPods pods;
  private final PodGate gate;
  private final ColdCallWatch coldCalls;
  private final Object readingOne = new Object();

  /**
   * @param node the name of this node
   * @param database the plugin's
   * @param events what is done to links of the node
   * @param nftables gives the socket of the network namespace; stays the caller's to close
   */
  public LocalPodAgent(
      String node,
      MonitoredDatabase database,
      KernelWatch<RouteEvents.Batch> events,
      Supplier<NftablesSocket> nftables,
      Status status) {
    this.database = database;
    this.nftables = nftables;
    this.status = status.optionalAgent(NAME);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
    PendingTimes times =
        new PendingTimes(
            status.histogram(
                "kindnet_network_policy_pending_seconds",
                "Time that a pod was pending, from its start until its policies were in force.",
                0.001,
                4,
                8));
    this.pods = new PluginPods(node, this::refresh, () -> loop.request(Pass.CHANGES), times);
    this.gate = new PodGate(pods);
    this.coldCalls =
        new ColdCallWatch(events, pods::hostInterfaces, () -> loop.request(Pass.CHANGES));
    status.gauge(
        "kindnet_network_policy_pending_pods",
        "Pods whose network policies are not known yet: only their node reaches them.",
        pods::pendingPods);
  }

  /** The pods. */
  public LocalPods pods() {
    return pods;
  }

  /** What calls that are served here do about policies. */
  public PodPolicies gate() {
    return gate;
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    status.dependsOn(coldCalls.start());
    loop.start();
  }

  private void refresh() {
    try {
      if (database.exists()) {
        try (Store store = database.open()) {
          read(store);
        }
      }
    } catch (CniException unreadable) {
      loop.request(Pass.KERNEL); // which says so, and tries again
    }
  }

  private Optional<String> reconcile(Pass pass) throws CniException {
    Optional<Set<String>> namespaces = pods.selectable();
    boolean wanted = namespaces.isPresent() && !namespaces.get().isEmpty();
    if (database.exists() || wanted) {
      try (Store store = database.openOrMake()) {
        read(store);
        if (namespaces.isPresent()) {
          write(store, namespaces.get());
        }
      }
    }
    return Optional.empty();
  }

  private void read(Store store) throws CniException {
    synchronized (readingOne) { // an older reading must not end behind a newer one
      pods.beginReading();
      List<Sandbox> rows = new ArrayList<>();
      boolean read = false;
      try {
        for (PodRow row : store.pods().all()) {
          rows.add(Sandbox.of(row));
        }
        read = true;
      } finally {
        if (!read) {
          pods.failReading();
        }
      }
      pods.endReading(rows);
    }
  }

  private static void write(Store store, Set<String> namespaces) throws CniException {
    if (!store.policyNamespaces().all().equals(namespaces)) {
      store.transaction(() -> {
        store.policyNamespaces().replace(namespaces);
        return namespaces;
      });
    }
  }

  @Override
  public void close() {
    coldCalls.close();
    loop.close();
  }

  /** No call is to make a pod pending any more, and none stays so that one has made pending. */
  @Override
  public void removeState() throws CniException {
    if (database.exists()) {
      try (Store store = database.open()) {
        write(store, Set.of());
      }
    }
    // once no call makes it again: the database may have been locked until now
    NftablesSupport.removeIfPresent(() -> PendingTable.remove(nftables.get()));
  }
}
