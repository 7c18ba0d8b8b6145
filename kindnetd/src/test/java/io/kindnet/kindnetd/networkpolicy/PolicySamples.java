package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.cluster.policies.Action;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.Peer;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pods and policies for tests. */
public final class PolicySamples {
  private PolicySamples() {}

  /** Labels from key, value, key, value. */
  public static Map<String, String> map(String... texts) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < texts.length; i += 2) {
      map.put(texts[i], texts[i + 1]);
    }
    return map;
  }

  public static Labels labels(String... texts) {
    return Labels.of(map(texts));
  }

  public static LabelSelector selector(String... texts) {
    return new LabelSelector(map(texts), List.of());
  }

  /** A running pod. */
  public static ClusterPod pod(
      String namespace, String name, Labels labels, String node, String... addresses) {
    return new ClusterPod(
        namespace, name, labels, addresses(addresses), node, Phase.RUNNING, List.of(), false);
  }

  public static ClusterPod withPorts(ClusterPod pod, NamedPort... ports) {
    return new ClusterPod(
        pod.namespace(),
        pod.name(),
        pod.labels(),
        pod.addresses(),
        pod.node(),
        pod.phase(),
        List.of(ports),
        pod.hostNetwork());
  }

  public static ClusterPod withLabels(ClusterPod pod, String... texts) {
    return new ClusterPod(
        pod.namespace(),
        pod.name(),
        labels(texts),
        pod.addresses(),
        pod.node(),
        pod.phase(),
        pod.ports(),
        pod.hostNetwork());
  }

  public static ClusterPod withPhase(ClusterPod pod, Phase phase) {
    return new ClusterPod(
        pod.namespace(),
        pod.name(),
        pod.labels(),
        pod.addresses(),
        pod.node(),
        phase,
        pod.ports(),
        pod.hostNetwork());
  }

  public static List<InetAddress> addresses(String... texts) {
    List<InetAddress> addresses = new ArrayList<>();
    for (String text : texts) {
      addresses.add(IpAddresses.parse(text));
    }
    return addresses;
  }

  /** A NetworkPolicy. */
  public static Policy networkPolicy(
      String namespace,
      String name,
      LabelSelector pods,
      Optional<PolicyRules> ingress,
      Optional<PolicyRules> egress) {
    return new Policy(
        Tier.NETWORK_POLICY,
        namespace,
        name,
        "uid-" + namespace + "-" + name,
        0,
        PodSelector.inNamespace(namespace, pods),
        ingress,
        egress);
  }

  /** One that is about ingress only. */
  public static Policy ingressPolicy(
      String namespace, String name, LabelSelector pods, PolicyRule... rules) {
    return networkPolicy(
        namespace, name, pods, Optional.of(PolicyRules.of(List.of(rules))), Optional.empty());
  }

  /** One that is about egress only. */
  public static Policy egressPolicy(
      String namespace, String name, LabelSelector pods, PolicyRule... rules) {
    return networkPolicy(
        namespace, name, pods, Optional.empty(), Optional.of(PolicyRules.of(List.of(rules))));
  }

  /** A ClusterNetworkPolicy. */
  public static Policy clusterPolicy(
      Tier tier,
      String name,
      int priority,
      PodSelector subject,
      Optional<PolicyRules> ingress,
      Optional<PolicyRules> egress) {
    return new Policy(tier, "", name, "uid-" + name, priority, subject, ingress, egress);
  }

  public static PolicyRule allow(List<Peer> peers, PolicyPort... ports) {
    return rule(Action.ACCEPT, peers, ports);
  }

  public static PolicyRule rule(Action action, List<Peer> peers, PolicyPort... ports) {
    return new PolicyRule("rule", action, peers, List.of(ports));
  }

  public static Peer pods(String namespace, LabelSelector pods) {
    return new Peer.Pods(PodSelector.inNamespace(namespace, pods));
  }

  public static Peer podsOf(LabelSelector namespaces, LabelSelector pods) {
    return new Peer.Pods(PodSelector.inNamespaces(namespaces, pods));
  }

  public static Peer block(String cidr, String... except) {
    List<IpPrefix> holes = new ArrayList<>();
    for (String hole : except) {
      holes.add(IpPrefix.parse(hole));
    }
    return new Peer.Block(IpPrefix.parse(cidr), holes);
  }

  public static PolicyPort tcp(int port) {
    return new PolicyPort.Range(TransportProtocol.TCP, port, port);
  }

  public static PolicyPort udp(int port) {
    return new PolicyPort.Range(TransportProtocol.UDP, port, port);
  }

  public static PolicyPort named(TransportProtocol protocol, String name) {
    return new PolicyPort.Named(Optional.of(protocol), name);
  }
}
