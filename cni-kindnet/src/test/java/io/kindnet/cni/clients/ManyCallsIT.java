package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that starts all its pods at once, and stops them, each by a process of its own. */
@NetworkNamespaces
class ManyCallsIT {
  private static final int PODS = 40;
  private static final String PLUGIN = "/opt/cni/bin/cni-kindnet";

  private final Machine node;
  private final List<Namespace> pods = new ArrayList<>();

  ManyCallsIT(Machine node) {
    this.node = node;
  }

  @BeforeEach
  void prepare() {
    node.run("mkdir", "-p", "/opt/cni");
    node.run("mount", "--bind", Dist.cni().toString(), "/opt/cni");
    for (int pod = 0; pod < PODS; pod++) {
      pods.add(Namespace.create("pod" + pod));
    }
  }

  @AfterEach
  void removePods() {
    pods.forEach(Namespace::close);
  }

  @Test
  void loseNothing() throws Exception {
    addAndDeleteAll();
  }

  @Test
  void loseNothingInTheAgent() throws Exception {
    try (Daemon agent = ServingAgent.start(node)) {
      addAndDeleteAll();

      // who is not greeted soon enough, as may be on a busy machine, does without the agent
      assertThat(calls("WARM")).as(agent.output()).isBetween(PODS, 2 * PODS);
      assertThat(calls("WARM") + calls("COLD")).isEqualTo(2 * PODS);
      assertThat(agent.stop()).as(agent.output()).isZero();
    }
  }

  private int calls(String way) {
    String sum = "SELECT coalesce(sum(number), 0) FROM calls WHERE way = '" + way + "'";
    return Integer.parseInt(KindnetNode.sql(node, sum).strip());
  }

  private void addAndDeleteAll() throws Exception {
    List<CommandResult> added = atOnce("ADD");

    Set<String> addresses = new HashSet<>();
    for (CommandResult result : added) {
      assertThat(result.exit()).as(result.stdout()).isZero();
      JsonNode json = new ObjectMapper().readTree(result.stdout());
      json.path("ips").forEach(ip -> addresses.add(ip.path("address").asText()));
    }
    assertThat(addresses).hasSize(2 * PODS);
    assertThat(KindnetNode.sql(node, "SELECT count(*) FROM pods")).isEqualTo(PODS + "\n");
    String ruleset = node.run("nft", "list", "ruleset");
    for (int pod = 0; pod < PODS; pod++) {
      assertThat(ruleset).contains("tcp . " + (30_000 + pod) + " : ");
    }

    assertThat(atOnce("DEL")).containsOnly(new CommandResult(0, "", ""));

    KindnetNode.assertNoPodIsLeft(node);
  }

  private List<CommandResult> atOnce(String verb) throws Exception {
    List<Future<CommandResult>> calls = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(PODS)) {
      for (int pod = 0; pod < PODS; pod++) {
        int number = pod;
        calls.add(threads.submit(() -> call(verb, number)));
      }
    }
    List<CommandResult> results = new ArrayList<>();
    for (Future<CommandResult> call : calls) {
      results.add(call.get());
    }
    return results;
  }

  private CommandResult call(String verb, int pod) {
    String configuration =
        """
        {"cniVersion": "1.0.0", "name": "kindnet", "type": "cni-kindnet",
         "ranges": ["10.244.1.0/26", "fd00:10:244:1::/122"],
         "runtimeConfig": {"portMappings": [
           {"hostPort": %d, "containerPort": 8080, "protocol": "tcp"}]}}
        """
            .formatted(30_000 + pod);
    return node.tryRunWithInput(
        configuration,
        "env",
        "--ignore-environment",
        "CNI_COMMAND=" + verb,
        "CNI_CONTAINERID=container-" + pod,
        "CNI_NETNS=" + pods.get(pod).path(),
        "CNI_IFNAME=eth0",
        PLUGIN);
  }
}
