package io.kindnet.kindnetd.networkpolicy.evaluator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.netlink.ip.IpAddresses;
import java.util.Map;
import java.util.Optional;

/** A cluster of two nodes with five pods, and what policies say of connections there. */
abstract class SmallCluster {
  static final String WEB = "10.1.0.1";
  static final String DB = "10.1.0.2";
  static final String CLIENT = "10.1.0.3";
  static final String DONE = "10.1.0.9";
  static final String NODE1 = "192.0.2.1";
  static final String NODE2 = "192.0.2.2";
  static final String OUTSIDE = "198.51.100.7";

  static final String CLUSTER =
      """
      namespaces:
      - {kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
      - {kind: Namespace, metadata: {name: other, labels: {team: other}}}
      nodes:
      - kind: Node
        metadata: {name: node1, labels: {role: edge}}
        status: {addresses: [{type: InternalIP, address: 192.0.2.1}, {type: Hostname, address: node1}]}
      - kind: Node
        metadata: {name: node2}
        status: {addresses: [{type: InternalIP, address: 192.0.2.2}, {type: ExternalIP, address: 203.0.113.2}]}
      pods:
      - kind: Pod
        metadata: {namespace: shop, name: web, labels: {app: web}}
        spec:
          nodeName: node1
          containers:
          - ports:
            - {name: http, containerPort: 8080}
            - {name: dns, containerPort: 53, protocol: UDP}
            - {name: dns, containerPort: 53, protocol: TCP}
        status: {phase: Running, podIPs: [{ip: 10.1.0.1}, {ip: 'fd00::1'}]}
      - kind: Pod
        metadata: {namespace: shop, name: db, labels: {app: db}}
        spec: {nodeName: node1}
        status: {phase: Pending, podIPs: [{ip: 10.1.0.2}, {ip: 'fd00::2'}]}
      - kind: Pod
        metadata: {namespace: other, name: client, labels: {app: client}}
        spec: {nodeName: node2}
        status: {phase: Running, podIPs: [{ip: 10.1.0.3}]}
      - kind: Pod
        metadata: {namespace: shop, name: done, labels: {app: client}}
        spec: {nodeName: node1}
        status: {phase: Succeeded, podIPs: [{ip: 10.1.0.9}]}
      - kind: Pod
        metadata: {namespace: shop, name: host, labels: {app: web}}
        spec: {nodeName: node1, hostNetwork: true}
        status: {phase: Running, podIPs: [{ip: 192.0.2.1}]}
      """;

  /** A connection that is asked about. */
  record Question(PolicyEvaluator evaluator, String source, String destination) {
    Verdict tcp(int port) {
      return ask(Optional.of(TransportProtocol.TCP), port);
    }

    Verdict udp(int port) {
      return ask(Optional.of(TransportProtocol.UDP), port);
    }

    Verdict sctp(int port) {
      return ask(Optional.of(TransportProtocol.SCTP), port);
    }

    Verdict icmp() {
      return ask(Optional.empty(), 0);
    }

    private Verdict ask(Optional<TransportProtocol> protocol, int port) {
      return evaluator.evaluate(
          new Connection(
              IpAddresses.parse(source), IpAddresses.parse(destination), protocol, port));
    }
  }

  /** The cluster with policies, each {@code namespace/name: {spec}} or {@code name: {spec}}. */
  static ClusterState state(String policies) {
    ObjectNode cluster = Serialization.unmarshal(CLUSTER, ObjectNode.class);
    JsonNode specs = Serialization.unmarshal(policies, JsonNode.class);
    for (Map.Entry<String, JsonNode> spec : specs.properties()) {
      String[] words = spec.getKey().split("/", -1);
      ObjectNode policy =
          cluster
              .withArray(words.length == 2 ? "networkPolicies" : "clusterNetworkPolicies")
              .addObject();
      policy.withObjectProperty("metadata").put("name", words[words.length - 1]);
      if (words.length == 2) {
        policy.withObjectProperty("metadata").put("namespace", words[0]);
      }
      policy.set("spec", spec.getValue());
    }
    return ClusterJson.state(cluster);
  }

  static PolicyEvaluator with(String policies) {
    return new PolicyEvaluator(state(policies));
  }

  static boolean connects(PolicyEvaluator evaluator, String source, String destination) {
    return new Question(evaluator, source, destination).tcp(8080).allowed();
  }

  static TierVerdict last(Verdict verdict, Direction direction) {
    return verdict.direction(direction).orElseThrow().tiers().getLast();
  }
}
