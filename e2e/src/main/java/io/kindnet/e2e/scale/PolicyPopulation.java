package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.RestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** NetworkPolicies at the API server, and the pods of the agent's own node, which they select. */
@SuppressWarnings("InlineFormatString") // whole objects would bury the code that fills them in
final class PolicyPopulation {
  private static final String POLICIES = "/apis/networking.k8s.io/v1/namespaces/%s/networkpolicies";
  private static final String PODS = "/api/v1/namespaces/%s/pods";
  private static final String DATABASE = "/var/lib/cni-kindnet/cni.db";
  private static final int FIRST_HOST = 2;

  private static final String WITHIN_NAMESPACE =
      """
      {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "within-namespace-%d"},
        "spec": {
          "podSelector": {},
          "policyTypes": ["Ingress"],
          "ingress": [{"from": [{"podSelector": {}}]}]
        }
      }
      """;

  private static final String BETWEEN_APPS =
      """
      {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "between-apps-%d"},
        "spec": {
          "podSelector": {"matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "Exists"}]},
          "policyTypes": ["Ingress", "Egress"],
          "ingress": [{
            "from": [
              {
                "namespaceSelector": {},
                "podSelector": {"matchLabels": {"app.kubernetes.io/name": "checkout"}}
              },
              {"ipBlock": {"cidr": "198.51.100.0/24", "except": ["198.51.100.128/25"]}}
            ],
            "ports": [{"port": "http"}, {"port": 9090, "endPort": 9099}]
          }],
          "egress": [
            {
              "to": [{
                "namespaceSelector": {},
                "podSelector": {"matchLabels": {"app.kubernetes.io/name": "search"}}
              }],
              "ports": [{"protocol": "UDP", "port": 53}, {"port": 8080}]
            },
            {"to": [{"podSelector": {}}]}
          ]
        }
      }
      """;

  private static final String POD =
      """
      {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "%s", "labels": {"app.kubernetes.io/name": "cart"}},
        "spec": {
          "nodeName": "%s",
          "containers": [{
            "name": "web",
            "image": "web",
            "ports": [{"name": "http", "containerPort": 8080}]
          }]
        }
      }
      """;

  private static final String STATUS =
      """
      {"status": {"phase": "Running", "podIP": "%1$s", "podIPs": [{"ip": "%1$s"}, {"ip": "%2$s"}]}}
      """;

  private static final String ROW =
      """
      INSERT INTO pods (container_id, name, namespace, uid, netns, ip_address_v4, ip_address_v6, ip_gateway_v4,
        ip_gateway_v6, interface_name, interface_mtu)
      VALUES ('%1$s', '%1$s', '%2$s', '%1$s', '/proc/1/ns/net', '%3$s', '%4$s', '%6$s', '%7$s', 'knet%5$08x', 1500);
      INSERT INTO attachments (container_id, interface_name, network, bridge)
      VALUES ('%1$s', 'eth0', 'kindnet', '');
      """;

  private final RestClient api;
  private final int namespaces;

  /**
   * None yet.
   *
   * @param namespaces how many there are, each of which has as many policies as the next
   */
  PolicyPopulation(RestClient api, int namespaces) {
    this.api = api;
    this.namespaces = namespaces;
  }

  /** Makes policies: of each namespace one for all that is within it, then others. */
  void addPolicies(int count) {
    Population.atOnce(IntStream.range(0, count).boxed().toList(), this::addPolicy);
  }

  private void addPolicy(int number) {
    String template = number < namespaces ? WITHIN_NAMESPACE : BETWEEN_APPS;
    String namespace = SimulatedPod.namespace(number % namespaces);
    api.create(POLICIES.formatted(namespace), template.formatted(number));
  }

  /** Makes pods of the agent's node, in as many namespaces as possible. */
  void addLocalPods(Peer self, int count) {
    Population.atOnce(
        IntStream.range(0, count).boxed().toList(),
        number -> {
          String path = PODS.formatted(namespace(number));
          api.create(path, POD.formatted(name(number), self.name()));
          List<String> addresses = addresses(self, number);
          api.merge(
              path + "/" + name(number) + "/status",
              STATUS.formatted(addresses.getFirst(), addresses.getLast()));
        });
  }

  /** Has the plugin's database of the node say that these pods were connected. */
  void connectLocalPods(Machine machine, Peer self, int count) {
    StringBuilder statements = new StringBuilder("BEGIN IMMEDIATE;\n");
    for (int number = 0; number < count; number++) {
      List<String> addresses = addresses(self, number);
      statements.append(
          ROW.formatted(
              name(number),
              namespace(number),
              addresses.getFirst(),
              addresses.getLast(),
              number,
              network(self.podCidrs().getFirst()),
              network(self.podCidrs().getLast())));
    }
    machine.run("sqlite3", "-bail", "-cmd", ".timeout 60000", DATABASE, statements + "COMMIT;\n");
  }

  /** The addresses of such a pod: IPv4, IPv6. */
  static List<String> addresses(Peer self, int number) {
    List<String> addresses = new ArrayList<>();
    for (String cidr : self.podCidrs()) {
      boolean four = cidr.indexOf('.') >= 0;
      String network = network(cidr);
      int host = FIRST_HOST + number;
      addresses.add(
          four
              ? network.substring(0, network.lastIndexOf('.') + 1) + host
              : network + Integer.toHexString(host));
    }
    return addresses;
  }

  private static String network(String cidr) {
    return cidr.substring(0, cidr.indexOf('/'));
  }

  private String namespace(int number) {
    return SimulatedPod.namespace(number % namespaces);
  }

  private static String name(int number) {
    return "local-" + number;
  }
}
