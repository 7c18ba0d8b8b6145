package io.kindnet.kindnetd;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.kube.LocalApiServer;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.TierMetric;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import io.kindnet.kube.testing.Definitions;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.libc.KernelRelease;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A cluster with {@code kindnetd policy explain}, with an API server in this process. */
abstract class PolicyExplainTestCase {
  final LocalApiServer server = new LocalApiServer(0);
  private final KubernetesClient admin = server.client();
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  StatusServer agent = agent(/* enabled= */ true, /* adminTier= */ false);

  // another one than that of the pods, so that this machine's kernel is not asked
  String thisNode = "node2";

  @BeforeEach
  void cluster() {
    for (String namespace : List.of("shop", "other")) {
      admin
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
    }
    admin.resource(Nodes.node("node1", List.of(), List.of("192.0.2.1"))).create();
    pod("shop", "web", "Running", false, "10.1.0.1", "fd00::1");
    pod("shop", "db", "Running", false, "10.1.0.2");
    pod("other", "client", "Running", false, "10.1.0.3", "fd00::3");
    pod("other", "done", "Succeeded", false, "10.1.0.9");
    pod("other", "host", "Running", true, "192.0.2.1");
    pod("other", "new", "Pending", false);
  }

  private void pod(
      String namespace, String name, String phase, boolean hostNetwork, String... addresses) {
    admin
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node1")
                .withHostNetwork(hostNetwork)
                .addNewContainer()
                .withName("main")
                .addNewPort()
                .withName("http")
                .withContainerPort(8080)
                .endPort()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .withPodIPs(Arrays.stream(addresses).map(PodIP::new).toList())
                .endStatus()
                .build())
        .create();
  }

  void policy(String name, String spec) {
    admin
        .resource(
            """
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
             "metadata": {"namespace": "shop", "name": "%s"}, "spec": %s}
            """
                .formatted(name, spec))
        .create();
  }

  void adminPolicy() {
    admin.resource(Definitions.CLUSTER_NETWORK_POLICIES).create();
    admin
        .resource(
            """
            {"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
             "metadata": {"name": "rules"},
             "spec": {"tier": "Admin", "priority": 7, "subject": {"namespaces": {}},
              "ingress": [{"name": "web", "action": "Accept", "from": [{"namespaces": {}}]}]}}
            """)
        .create();
  }

  @AfterEach
  void stop() {
    System.clearProperty("org.slf4j.simpleLogger.log.io.kindnet"); // what other tests log is there
    agent.close();
    admin.close();
    server.close();
  }

  /** An agent of this node, as far as its metrics go. */
  static StatusServer agent(boolean enabled, boolean adminTier) {
    Status status = new Status("test");
    TierMetric.register(
        new NetworkPolicyOptions(enabled, adminTier, /* baselineTier= */ false), status);
    try {
      StatusServer pages =
          new StatusServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), status);
      pages.start();
      return pages;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return CommandRunner.run(
        new Kindnetd(Map.of("NODE_NAME", thisNode), KernelRelease.running()),
        List.of(arguments),
        new PrintWriter(out, true),
        new PrintWriter(err, true));
  }

  int explain(String from, String to, String port, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "policy",
                "explain",
                "--from",
                from,
                "--to=" + to,
                "-port=" + port,
                "--metrics-bind-address=:" + agent.address().getPort(),
                "--master=http://127.0.0.1:" + server.port()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }
}
