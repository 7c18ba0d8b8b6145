package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.PacketWire.Packet;
import io.kindnet.kindnetd.networkpolicy.evaluator.Connection;
import io.kindnet.kindnetd.networkpolicy.evaluator.PolicyEvaluator;
import io.kindnet.kindnetd.networkpolicy.evaluator.Verdict;
import java.util.Optional;

/** What one node has to do with a packet that it forwards. */
final class NodeVerdict {
  private NodeVerdict() {}

  /** Only this node's pods are this node's business. */
  static boolean isAllowed(PolicyEvaluator evaluator, Packet packet) {
    Verdict verdict = evaluator.evaluate(connection(packet));
    boolean egress =
        evaluator.podAt(packet.source()).filter(NodeVerdict::isLocal).isEmpty()
            || verdict.direction(Direction.EGRESS).orElseThrow().allowed();
    boolean ingress =
        evaluator.podAt(packet.destination()).filter(NodeVerdict::isLocal).isEmpty()
            || verdict.direction(Direction.INGRESS).orElseThrow().allowed();
    return egress && ingress;
  }

  private static boolean isLocal(ClusterPod pod) {
    return pod.node().equals(PolicyFixture.NODE);
  }

  static Connection connection(Packet packet) {
    Optional<TransportProtocol> protocol =
        Optional.ofNullable(TransportProtocol.numbered((byte) packet.protocol()));
    return new Connection(packet.source(), packet.destination(), protocol, packet.port());
  }
}
