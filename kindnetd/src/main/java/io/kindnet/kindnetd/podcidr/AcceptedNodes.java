package io.kindnet.kindnetd.podcidr;

import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.kindnetd.cluster.nodes.NodeView;
import io.kindnet.kindnetd.status.OnceLogger;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The Nodes with those of their pod CIDRs that are accepted; each of the others is logged once, as
 * long as it is left out. Says nothing before it is known what this machine reaches without pods,
 * which a {@link PodCidrAgent} finds out.
 */
public final class AcceptedNodes implements NodeView {
  /** An API server may have several addresses behind one name. */
  private static final int MOST_PEERS = 8;

  private final ClusterNodes nodes;
  private final List<IpPrefix> clusterCidrs;
  private final List<InetAddress> apiServer;
  private final Set<InetAddress> peers = new LinkedHashSet<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final OnceLogger onceLogger = new OnceLogger();
  private Set<IpPrefix> serviceRanges = Set.of();
  private @Nullable HostFacts host;
  // of what is above, until something of it changes
  private @Nullable CidrRules rules;
  private @Nullable Acceptance acceptance;
  private @Nullable ClusterSnapshot shown;
  private volatile int leftOut;

  /**
   * @param apiServer where the API server may be, as far as that is known without looking up a name
   */
  public AcceptedNodes(
      ClusterNodes nodes, PodCidrOptions options, Collection<InetAddress> apiServer) {
    this.nodes = nodes;
    this.clusterCidrs = options.clusterCidrs();
    this.apiServer = List.copyOf(apiServer);
    nodes.onChange(this::notifyListeners);
  }

  @Override
  public String selfName() {
    return nodes.selfName();
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Takes in what this machine reaches without pods. */
  void hostFacts(HostFacts now) {
    synchronized (this) {
      if (now.equals(host)) {
        return;
      }
      host = now;
      forgetRules();
    }
    notifyListeners();
  }

  /** Takes in an address at which the API server has answered, or the proxy before it. */
  public void apiServerAt(InetAddress address) {
    synchronized (this) {
      if (apiServer.contains(address) || !peers.add(address)) {
        return;
      }
      if (peers.size() > MOST_PEERS) {
        peers.remove(peers.iterator().next());
      }
      forgetRules();
    }
    notifyListeners();
  }

  /** Takes in where Services have their addresses; empty if that is not known. */
  public void serviceRanges(Set<IpPrefix> now) {
    synchronized (this) {
      if (now.equals(serviceRanges)) {
        return;
      }
      serviceRanges = Set.copyOf(now);
      forgetRules();
    }
    notifyListeners();
  }

  /** Where Services have their addresses; empty if that is not known. */
  public synchronized Set<IpPrefix> serviceRanges() {
    return serviceRanges;
  }

  private void forgetRules() {
    rules = null;
    acceptance = null;
  }

  @Override
  public synchronized Optional<ClusterSnapshot> snapshot() {
    Optional<ClusterSnapshot> all = nodes.snapshot();
    Optional<CidrRules> known = rules();
    if (all.isEmpty() || known.isEmpty()) {
      return Optional.empty();
    }
    if (acceptance == null) {
      acceptance = new Acceptance(known.get());
    }
    ClusterSnapshot accepted = acceptance.update(all.get());
    if (!accepted.equals(shown)) {
      onceLogger.show(acceptance.diagnostics());
      leftOut = acceptance.diagnostics().size();
      shown = accepted;
    }
    return Optional.of(accepted);
  }

  /** How many pod CIDRs are left out. */
  int leftOut() {
    return leftOut;
  }

  @Override
  public synchronized Optional<String> objection(IpPrefix cidr, boolean own) {
    return rules().flatMap(known -> known.hazard(CidrRange.of(cidr), own));
  }

  private Optional<CidrRules> rules() {
    HostFacts facts = host;
    if (rules == null && facts != null) {
      List<InetAddress> servers = new ArrayList<>(apiServer);
      servers.addAll(peers);
      rules = new CidrRules(clusterCidrs, facts, servers, serviceRanges);
    }
    return Optional.ofNullable(rules);
  }

  private void notifyListeners() {
    listeners.forEach(Runnable::run);
  }
}
