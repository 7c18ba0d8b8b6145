package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.block;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.egressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.podsOf;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.udp;

import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import java.util.List;
import java.util.stream.IntStream;

/** 50,000 pods in 500 namespaces with two policies each; 200 of the pods are of this node. */
final class LargeCluster {
  static final int PODS = 50_000;
  static final int NAMESPACES = 500;
  private static final int PODS_PER_NAMESPACE = PODS / NAMESPACES;
  private static final int LOCAL = 200;
  private static final List<ClusterPod> ALL =
      IntStream.range(0, PODS).mapToObj(LargeCluster::make).toList();

  private LargeCluster() {}

  static void fill(PolicyFixture fixture) {
    for (int i = 0; i < NAMESPACES; i++) {
      String name = "ns" + i;
      fixture.putNamespace(
          name, labels("kubernetes.io/metadata.name", name, "team", "team" + i % 50));
      fixture.put(
          ingressPolicy(
              name,
              "ingress",
              LabelSelector.EVERYTHING,
              allow(List.of(PolicySamples.pods(name, selector("app", "app1"))), tcp(8080)),
              allow(
                  List.of(podsOf(selector("team", "team" + i % 50), selector("app", "app2"))),
                  tcp(8080),
                  tcp(8443)),
              allow(List.of(block("10.0.0.0/8", "10." + i % 200 + ".0.0/16")), tcp(9090))));
      fixture.put(
          egressPolicy(
              name,
              "egress",
              LabelSelector.EVERYTHING,
              allow(
                  List.of(
                      podsOf(
                          selector("kubernetes.io/metadata.name", "ns0"), selector("app", "app3"))),
                  udp(53),
                  tcp(53)),
              allow(List.of(PolicySamples.pods(name, LabelSelector.EVERYTHING)))));
    }
    for (int i = 0; i < PODS; i++) {
      ClusterPod pod = pod(i);
      if (i % (PODS / LOCAL) == 0) {
        fixture.putLocal(pod);
      } else {
        fixture.put(pod);
      }
    }
    fixture.listed();
  }

  static boolean isLocal(int i) {
    return i % (PODS / LOCAL) == 0;
  }

  static ClusterPod pod(int i) {
    return ALL.get(i);
  }

  private static ClusterPod make(int i) {
    String node = isLocal(i) ? PolicyFixture.NODE : "node" + i % 500;
    String net = (100 + i / 20000) + "." + i / 200 % 100;
    String v4 = "10." + net + "." + (2 + i % 200);
    String v6 = "fd00:10:" + net.replace('.', ':') + "::" + (2 + i % 200);
    return PolicySamples.pod(
        "ns" + i / PODS_PER_NAMESPACE,
        "pod" + i,
        labels("app", "app" + i % 10, "pod-template-hash", "h" + i % 1000),
        node,
        v4,
        v6);
  }
}
