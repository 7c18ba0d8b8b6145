package io.kindnet.kindnetd.callserver;

import static io.kindnet.kindnetd.callserver.EnforcingNode.addresses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.kill.Victim;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.Store;
import io.kindnet.cni.traffic.PacketFlood;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.JavaProcess;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The agent ends, by itself or in the middle of a call, while pods try to reach each other. */
@NetworkNamespaces
class EnforcingRestartTest {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final int MANY = 5_000;

  private final Namespace host;
  private final Namespace pod;
  private final Namespace other;
  private final Path directory;
  private final CniClient client;
  private final List<AutoCloseable> opened = new ArrayList<>();

  EnforcingRestartTest(Namespace host, Namespace pod, Namespace other, @TempDir Path directory) {
    this.host = host;
    this.pod = pod;
    this.other = other;
    this.directory = directory;
    this.client = new CniClient(host, directory);
  }

  @BeforeEach
  void prepare() {
    host.loopbackUp();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  private List<PacketFlood> floods(Namespace from, Namespace to, JsonNode result) {
    List<PacketFlood> floods = new ArrayList<>();
    for (InetAddress address : addresses(result)) {
      PacketFlood flood = PacketFlood.start(from, to, address);
      opened.addFirst(flood);
      floods.add(flood);
    }
    return floods;
  }

  private static void assertNonePass(List<PacketFlood> floods) {
    for (PacketFlood flood : floods) {
      flood.awaitSent(MANY);
      assertThat(flood.received()).isZero();
    }
  }

  private static Consumer<EnforcingAgents> cluster(String... podsOfDefault) {
    return agents -> {
      agents.denyAllIn("default");
      for (String name : podsOfDefault) {
        agents.show("default", name);
      }
    };
  }

  @Test
  void nothingChangesForPodsWhileNoAgentIsThere() throws Exception {
    JsonNode neighbour;
    JsonNode web;
    try (EnforcingNode first = new EnforcingNode(host, directory, "", cluster("web"))) {
      neighbour = first.add("open", "neighbour", other);
      web = first.add("default", "web", pod);
      awaitRemembered();
    }
    List<PacketFlood> denied = floods(pod, other, neighbour);
    assertNonePass(denied);

    try (EnforcingNode second = new EnforcingNode(host, directory, "", cluster("web"))) {
      assertNonePass(denied);
      assertThat(second.mentions(web)).isEqualTo(2);
      assertThat(second.pending()).doesNotContain("elements");
      second.agents().removePolicy("default/deny-all");
      for (PacketFlood flood : denied) {
        flood.awaitReceived(1);
      }
    }
  }

  /** A pod that started while no agent was there is resolved once there is one. */
  @Test
  void aPodOfAColdAddIsResolvedByTheNextAgent() throws Exception {
    JsonNode neighbour;
    try (EnforcingNode first = new EnforcingNode(host, directory, "", cluster())) {
      neighbour = first.add("open", "neighbour", other);
      awaitRemembered();
    }
    List<PacketFlood> floods = floods(pod, other, neighbour);
    JsonNode web = client.runCold(add()).result();
    assertNonePass(floods);
    assertThat(EnforcingNode.pending(host)).contains("elements");

    Consumer<EnforcingAgents> allowed =
        agents -> {
          agents.put(
              EnforcingAgents.policy(
                  "default", "of-others", EnforcingAgents.labelled("app", "db")));
          agents.show("default", "web");
        };
    try (EnforcingNode second = new EnforcingNode(host, directory, "", allowed)) {
      Eventually.within(SOON, () -> assertThat(second.pending()).doesNotContain("elements"));
      for (PacketFlood flood : floods) {
        flood.awaitReceived(1);
      }
      assertThat(second.mentions(web)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "web,ROWS_COMMITTED,1", "web,LINK_UP,1", "web,POD_ROUTED,2",
    "unknown,HOST_END_PLUGGED,1", "unknown,LINK_UP,1", "unknown,POD_ROUTED,2"
  })
  void anAgentKilledInTheMiddleOfAnAddLetsNothingThrough(String knownPod, Step step, int time)
      throws Exception {
    JsonNode neighbour = client.runCold(addNeighbour()).result();
    Process agent =
        host.start(
            JavaProcess.command(
                    KilledEnforcer.class, directory.toString(), knownPod, step.name(), "" + time)
                .toArray(String[]::new));
    Path socket = directory.resolve("socket");
    Eventually.within(SOON, () -> assertThat(ClientSession.isServed(socket)).isTrue());
    awaitRemembered();
    List<PacketFlood> floods = floods(pod, other, neighbour);

    assertThat(add().delegate(socket)).isEqualTo(AgentAnswer.NONE);
    Victim.awaitKilled(agent, "the agent");

    for (PacketFlood flood : floods) {
      if (step == Step.POD_ROUTED) {
        flood.awaitSent(MANY);
      }
      assertThat(flood.received()).isZero();
    }
    AgentAnswer del = client.runCold(EnforcingNode.call(client, "DEL", "default", "web", pod));
    assertThat(del).isEqualTo(AgentAnswer.SILENCE);
    assertThat(EnforcingNode.pending(host)).doesNotContain("elements");

    JsonNode web = client.runCold(add()).result();
    assertNonePass(floods);
    try (EnforcingNode next = new EnforcingNode(host, directory, "", cluster("web"))) {
      Eventually.within(SOON, () -> assertThat(next.pending()).doesNotContain("elements"));
      assertThat(next.mentions(web)).isEqualTo(2);
      assertNonePass(floods);
    }
  }

  private void awaitRemembered() {
    Eventually.within(SOON, () -> assertThat(remembered()).contains("default"));
  }

  private Set<String> remembered() throws CniException {
    try (Store store = Store.open(client.database())) {
      return store.policyNamespaces().all();
    }
  }

  private DelegatedCall add() {
    return EnforcingNode.call(client, "ADD", "default", "web", pod);
  }

  private DelegatedCall addNeighbour() {
    return EnforcingNode.call(client, "ADD", "open", "neighbour", other);
  }
}
