package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Resources;
import java.util.ArrayList;
import java.util.List;

/** CoreDNS on the cluster, which pods ask, and agents that answer from a cache. */
final class ClusterDns implements AutoCloseable {
  /** The address of the Service {@code kube-dns}. */
  static final String ADDRESS = "10.96.0.10";

  /** A name that CoreDNS has an address for, that of {@link Outside}. */
  static final String OUTSIDE_NAME = "www.example.test";

  /** As the API server's Service is known. */
  static final String API_SERVER = "kubernetes.default.svc.cluster.local";

  static final String API_SERVER_ADDRESS = "10.96.0.1";

  private static final String TABLE = "kindnet-dnscache";

  private final TestCluster cluster;
  private final String manifest = Resources.text(ClusterDns.class, "coredns.yaml");

  private ClusterDns(TestCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Installs CoreDNS, and has the agents cache what it answers.
   *
   * @param flags more of the agents
   */
  static ClusterDns on(TestCluster cluster, String... flags) {
    ClusterDns dns = new ClusterDns(cluster);
    try {
      dns.install(flags);
      return dns;
    } catch (AssertionError failed) {
      dns.close();
      throw failed;
    }
  }

  private void install(String... flags) {
    cluster.kubectl().runWithInput(manifest, "apply", "-f", "-");
    List<String> all = new ArrayList<>(List.of("--dns-caching"));
    all.addAll(List.of(flags));
    cluster.kindnet().addFlags(all.toArray(String[]::new));
    String timeout = "--timeout=" + TestCluster.DEADLINE.toSeconds() + "s";
    cluster
        .kubectl()
        .run("--namespace=kube-system", "rollout", "status", "deployment/coredns", timeout);
  }

  /** The command that prints the IPv4 addresses of a name in full. */
  static String[] lookUp(String name) {
    return new String[] {"timeout", "10", "nslookup", "-type=a", name};
  }

  /** How many queries the agent of a node has answered from its cache. */
  static double hits(Node node) {
    return NodeMetrics.of(node).sum("kindnet_dns_cache_hits_total");
  }

  /** What {@code kindnetd dns} prints on a node. */
  String report(Node node, String name) {
    return cluster
        .kubectl()
        .run(
            "--namespace=kube-system",
            "exec",
            cluster.kindnet().podOn(node),
            "--container=kindnet-cni",
            "--",
            "kindnetd",
            "dns",
            "--name",
            name);
  }

  /** Removes CoreDNS and the cache; nothing of the cache is left in the kernel. */
  @Override
  public void close() {
    cluster.kindnet().install(Kindnet.MANIFEST);
    cluster
        .kubectl()
        .runWithInput(manifest, "delete", "--cascade=foreground", "--ignore-not-found", "-f", "-");
    for (Node node : cluster.nodes()) {
      Eventually.within(
          TestCluster.DEADLINE,
          () -> {
            assertThat(node.machine().run("nft", "list", "tables")).doesNotContain(TABLE);
            for (String family : List.of("-4", "-6")) {
              assertThat(node.machine().run("ip", family, "rule")).doesNotContain("10053");
            }
          });
    }
  }
}
