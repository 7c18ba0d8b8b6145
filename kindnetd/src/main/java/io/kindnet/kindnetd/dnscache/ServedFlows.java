package io.kindnet.kindnetd.dnscache;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.dnscache.kernel.Flow;
import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.kindnetd.networkpolicy.evaluator.Connection;
import io.kindnet.kindnetd.networkpolicy.evaluator.PolicyEvaluator;
import io.kindnet.netlink.ip.AddressFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets the cache answer those pods only that policies let reach the name server: all that answer
 * for its address, on the port and with the protocol in question. What is not allowed goes to the
 * server itself, and meets the policies on the way. Thread-safe.
 */
public final class ServedFlows implements EnforcementListener {
  private final NameServers servers;
  private final Interceptor interceptor;

  private volatile Runnable unknown = () -> {};

  // guarded by this
  private @Nullable Known known;
  private Set<Flow> next = Set.of();

  /**
   * What was in force the last time.
   *
   * @param local the pods of this node, with the addresses that they have here
   */
  private record Known(
      List<Policy> policies,
      Map<String, ClusterNamespace> namespaces,
      List<LabelledNode> nodes,
      Map<InetAddress, ClusterPod> local,
      Map<InetAddress, Optional<ClusterPod>> endpoints) {}

  ServedFlows(NameServers servers, Interceptor interceptor) {
    this.servers = servers;
    this.interceptor = interceptor;
  }

  @Override
  public boolean marksPackets() {
    return true;
  }

  @Override
  public synchronized void changing(State state, Predicate<InetAddress> isChanged) {
    Set<InetAddress> addresses = endpointAddresses();
    Known before = known;
    if (before != null
        && before.endpoints().keySet().equals(addresses)
        && addresses.stream().noneMatch(isChanged)
        && before.local().keySet().stream().noneMatch(isChanged)) {
      next = interceptor.flows().orElse(Set.of());
      return;
    }
    Map<InetAddress, Optional<ClusterPod>> endpoints = new HashMap<>();
    addresses.forEach(address -> endpoints.put(address, state.podAt(address)));
    known =
        new Known(
            List.copyOf(state.policies()),
            Map.copyOf(state.namespaces()),
            List.copyOf(state.nodes()),
            withTheirAddresses(state.localPods()),
            endpoints);
    next = allowed();
    Set<Flow> still = new HashSet<>(interceptor.flows().orElse(Set.of()));
    still.retainAll(next);
    interceptor.allow(still);
  }

  @Override
  public synchronized void changed() {
    interceptor.allow(next);
  }

  /**
   * Has {@code listener} run when policies are to be looked at again, because it is not known who
   * has the addresses of new endpoints; it must be quick.
   */
  public void onUnknown(Runnable listener) {
    unknown = listener;
  }

  /**
   * The name servers, or who answers for them, have changed. Nobody is served by new endpoints
   * before it is known who they are.
   */
  void serversChanged() {
    synchronized (this) {
      if (known != null) {
        next = allowed();
        interceptor.allow(next);
      }
    }
    unknown.run();
  }

  private Set<InetAddress> endpointAddresses() {
    Set<InetAddress> addresses = new HashSet<>();
    for (InetAddress server : servers.addresses().orElse(Set.of())) {
      for (TransportProtocol protocol : List.of(TransportProtocol.UDP, TransportProtocol.TCP)) {
        for (InetSocketAddress endpoint :
            servers.endpoints(server, protocol.name()).orElse(Set.of())) {
          addresses.add(endpoint.getAddress());
        }
      }
    }
    return addresses;
  }

  /** A Pod's status may not have them yet. */
  private static Map<InetAddress, ClusterPod> withTheirAddresses(
      Map<InetAddress, ClusterPod> pods) {
    Map<String, List<InetAddress>> addresses = new HashMap<>();
    pods.forEach((address, pod) ->
        addresses
            .computeIfAbsent(pod.namespace() + "/" + pod.name(), _ -> new ArrayList<>())
            .add(address));
    Map<InetAddress, ClusterPod> complete = new HashMap<>();
    pods.forEach((address, pod) ->
        complete.put(
            address,
            new ClusterPod(
                pod.namespace(),
                pod.name(),
                pod.labels(),
                addresses.getOrDefault(pod.namespace() + "/" + pod.name(), List.of()),
                pod.node(),
                pod.phase(),
                pod.ports(),
                pod.hostNetwork(),
                pod.uid())));
    return Map.copyOf(complete);
  }

  private Set<Flow> allowed() {
    Known now = known;
    Set<Flow> flows = new HashSet<>();
    if (now == null) {
      return flows;
    }
    PolicyEvaluator evaluator = evaluator(now);
    for (InetAddress server : servers.addresses().orElse(Set.of())) {
      for (TransportProtocol protocol : List.of(TransportProtocol.UDP, TransportProtocol.TCP)) {
        Optional<Set<InetSocketAddress>> endpoints = servers.endpoints(server, protocol.name());
        now.local()
            .forEach((client, pod) -> {
              if (AddressFamily.of(client) == AddressFamily.of(server)
                  && endpoints.stream()
                      .flatMap(Set::stream)
                      .allMatch(one -> now.endpoints().containsKey(one.getAddress()))
                  && mayReach(evaluator, client, pod, endpoints, protocol)) {
                flows.add(new Flow(client, server, protocol.number()));
              }
            });
      }
    }
    return flows;
  }

  private static boolean mayReach(
      PolicyEvaluator evaluator,
      InetAddress client,
      ClusterPod pod,
      Optional<Set<InetSocketAddress>> endpoints,
      TransportProtocol protocol) {
    if (endpoints.isEmpty()) {
      return evaluator.selecting(pod, Direction.EGRESS).isEmpty();
    }
    return endpoints.get().stream()
        .allMatch(endpoint ->
            evaluator
                .evaluate(
                    new Connection(
                        client, endpoint.getAddress(), Optional.of(protocol), endpoint.getPort()))
                .allowed());
  }

  /** Of all pods and policies of the cluster, it needs few. */
  private static PolicyEvaluator evaluator(Known now) {
    Set<ClusterPod> local = new LinkedHashSet<>(now.local().values());
    Set<ClusterPod> pods = new LinkedHashSet<>(local);
    Set<ClusterPod> answering = new LinkedHashSet<>();
    now.endpoints().values().forEach(pod -> pod.ifPresent(answering::add));
    for (ClusterPod pod : answering) {
      if (local.stream().noneMatch(one -> isSame(one, pod))) {
        pods.add(pod);
      }
    }
    PolicyEvaluator all =
        new PolicyEvaluator(
            new ClusterState(
                now.policies(), now.namespaces(), List.copyOf(pods), now.nodes(), Map.of()));
    Set<Policy> policies = new LinkedHashSet<>();
    local.forEach(pod -> policies.addAll(all.selecting(pod, Direction.EGRESS)));
    answering.forEach(pod -> policies.addAll(all.selecting(pod, Direction.INGRESS)));
    return new PolicyEvaluator(
        new ClusterState(
            List.copyOf(policies), now.namespaces(), List.copyOf(pods), now.nodes(), Map.of()));
  }

  private static boolean isSame(ClusterPod one, ClusterPod other) {
    return one.name().equals(other.name()) && one.namespace().equals(other.namespace());
  }
}
