package io.kindnet.cni;

import static io.kindnet.cni.CniNode.ip;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A damaged file is set aside, and the calls go on with what the kernel shows: no address and no
 * host port of a pod is given to another, and the pods of before can go.
 */
@NetworkNamespaces
class DamagedDatabaseTest {
  private final Namespace host;
  private final Namespace first;
  private final Namespace second;
  private final Namespace third;
  private final Namespace fourth;

  @TempDir private Path dataDir;
  private CniNode node;

  DamagedDatabaseTest(
      Namespace host, Namespace first, Namespace second, Namespace third, Namespace fourth) {
    this.host = host;
    this.first = first;
    this.second = second;
    this.third = third;
    this.fourth = fourth;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    // three addresses for pods in each family
    node = new CniNode(host, dataDir, "10.244.1.0/30", "10.244.2.0/31", "fd00:10:244:1::/64");
  }

  static Stream<Arguments> damages() {
    return Stream.concat(
        Stream.of(Damage.values()).map(damage -> Arguments.of(damage, "")),
        Stream.of(Arguments.of(Damage.NO_DATABASE, "cni0")));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void podsOfBeforeKeepWhatTheyHaveAndCanGo(Damage damage, String bridge) throws Exception {
    node.config().put("bridge", bridge);
    node.withRealRules().withHostPort(80, 8080, "tcp").add("first", first);
    expose(81).add("second", second);
    final Map<String, String> before = addresses();
    damage.of(node.file());
    byte[] damaged = Files.readAllBytes(node.file());

    JsonNode result = expose(82).add("third", third);

    assertThat(setAside()).singleElement().satisfies(f -> assertThat(f).hasBinaryContent(damaged));
    Map<String, String> after = addresses();
    String hostEnd =
        result.at(bridge.isEmpty() ? "/interfaces/0" : "/interfaces/1").path("name").asText();
    assertThat(after.remove(hostEnd)).isNotNull();
    assertThat(after).isEqualTo(before);
    assertThat(portRows()).containsExactly(80, 80, 81, 81, 82, 82);
    assertThat(CniNode.error(call("ADD", "fourth", fourth, 81)).path("msg").asText())
        .contains("host port 81/tcp on ", " is held by pod default/second (interface knet");

    node.del("first", first);
    second.run("ip", "link", "del", "eth0");
    node.del("second", null);
    node.del("third", third);

    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ADD", "DEL", "CHECK", "GC"})
  void everyVerbThatReadsItDoesIt(String verb) throws Exception {
    final JsonNode result = node.withHostPort(80, 8080, "tcp").add("first", first);
    Damage.HALVED.of(node.file());

    Reply reply =
        switch (verb) {
          case "CHECK" -> node.check("first", first, result);
          case "GC" -> gc();
          case "DEL" -> call(verb, "first", first, 80);
          default -> call(verb, "second", second, 81);
        };

    assertThat(reply.exitCode()).as(reply.document()).isZero();
    assertThat(setAside()).hasSize(1);
    assertThat(ip(first, "link", "show", "type", "veth")).hasSize(verb.equals("DEL") ? 0 : 1);
    try (Store store = node.store()) {
      assertThat(store.pods().all()).hasSize(verb.equals("DEL") ? 0 : verb.equals("ADD") ? 2 : 1);
    }
  }

  @Test
  void theLogSaysSo() throws Exception {
    Path log = dataDir.resolve("cni.log");
    node.add("first", first);
    Damage.NO_DATABASE.of(node.file());
    Map<String, String> variables = new HashMap<>();
    variables.put("CNI_COMMAND", "ADD");
    variables.put("CNI_CONTAINERID", "second");
    variables.put("CNI_NETNS", second.path().toString());
    variables.put("CNI_IFNAME", "eth0");
    variables.put("CNI_LOG_FILE", log.toString());

    assertThat(node.call(variables, node.config().toString()).exitCode()).isZero();

    assertThat(Files.readString(log))
        .contains("database " + node.file() + ": ", "not a database")
        .contains(": set aside as " + setAside().getFirst())
        .contains("the database is new, the kernel shows 1 pods and 0 host ports of before");
    assertThat(setAside().getFirst().getFileName().toString())
        .matches("cni\\.db\\.corrupt-\\d{8}T\\d{6}Z");
  }

  @Test
  void aLostFileIsMadeAgainTheSameWay() throws Exception {
    node.add("first", first);
    final Map<String, String> before = addresses();
    Files.delete(node.file());

    node.add("second", second);

    assertThat(addresses()).containsAllEntriesOf(before).hasSize(2);
    assertThat(setAside()).isEmpty();
  }

  @Test
  void aRowThatWasFoundGoesWithItsInterface() throws Exception {
    node.add("first", first);
    node.add("second", second);
    Damage.NO_DATABASE.of(node.file());
    assertThat(gc().exitCode()).isZero();
    assertThat(addresses()).as("rows of pods that live").hasSize(2);

    first.run("ip", "link", "del", "eth0");
    assertThat(gc().exitCode()).isZero();

    assertThat(addresses()).hasSize(1);
    second.run("ip", "link", "del", "eth0");
    node.del("second", second);
    assertThat(addresses()).isEmpty();
  }

  @Test
  void whatAnotherPodNeedsGoesWithTheInterface() throws Exception {
    node.config().putArray("ranges").add("10.244.1.0/31");
    node.withHostPort(80, 8080, "tcp").add("first", first);
    Damage.NO_DATABASE.of(node.file());
    assertThat(CniNode.error(call("ADD", "second", second, 81)).path("code").asInt())
        .isEqualTo(100);
    first.run("ip", "link", "del", "eth0");

    node.add("second", second);

    assertThat(node.hostPorts().installed()).hasSize(1);
  }

  @Test
  void damageThatShowsInTheMiddleOfAVerbIsUndoneFirst() throws Exception {
    node.add("first", first);
    boolean[] done = {false};
    node.listener(step -> {
      if (step == Step.LINK_UP && !done[0]) {
        done[0] = true;
        Damage.NO_DATABASE.of(node.file());
      }
    });
    // the rows are written already; the rules fail, and the way back needs the database
    node.hostPorts().failing(true);
    Reply reply = call("ADD", "second", second, 80);
    node.hostPorts().failing(false);

    assertThat(reply.exitCode()).isEqualTo(1);
    assertThat(second.run("ip", "-br", "link")).doesNotContain("eth0");
    assertThat(host.run("ip", "-br", "link").lines().filter(l -> l.startsWith("knet"))).hasSize(1);
    node.add("second", second);
    assertThat(addresses()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedLogOfSqliteIsNoLoss(Companion companion) throws Exception {
    node.add("first", first);
    companion.beside(node.file());

    node.add("second", second);

    assertThat(setAside()).isEmpty();
    try (Store store = node.store()) {
      assertThat(store.pods().all()).extracting(PodRow::key).containsExactly("first", "second");
    }
  }

  @Test
  void callsAtOnceSetItAsideOnce() throws Exception {
    int pods = 12;
    node.config().putArray("ranges").add("10.244.1.0/27").add("fd00:10:244:1::/64");
    node.add("first", first);
    Damage.PODS_ZEROED.of(node.file());
    List<Namespace> namespaces = new ArrayList<>();
    try {
      for (int pod = 0; pod < pods; pod++) {
        namespaces.add(Namespace.create("pod" + pod));
      }
      List<Future<JsonNode>> results = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(pods)) {
        for (Namespace pod : namespaces) {
          results.add(threads.submit(() -> node.add(pod.name(), pod)));
        }
      }
      for (Future<JsonNode> result : results) {
        result.get();
      }

      assertThat(setAside()).hasSize(1);
      assertThat(addresses()).hasSize(1 + pods);
      Set<String> distinct = new HashSet<>(addresses().values());
      assertThat(distinct).hasSize(1 + pods);
    } finally {
      namespaces.forEach(Namespace::close);
    }
  }

  /** Asks for no other host port than this one. */
  private CniNode expose(int port) {
    node.config().remove("runtimeConfig");
    return node.withHostPort(port, 8080, "tcp");
  }

  private Reply call(String verb, String container, Namespace pod, int port) {
    return node.call(verb, container, pod.path().toString(), "eth0", expose(port).config());
  }

  private Reply gc() {
    ObjectNode config = node.config().deepCopy();
    config.putArray("cni.dev/valid-attachments");
    return node.call("GC", "", "", "", config);
  }

  /** The addresses and gateways that rows have, by the host's end. */
  private Map<String, String> addresses() throws CniException {
    try (Store store = node.store()) {
      Map<String, String> addresses = new HashMap<>();
      store
          .pods()
          .all()
          .forEach(pod -> addresses.put(pod.hostInterface(), pod.addresses().toString()));
      return addresses;
    }
  }

  private List<Integer> portRows() throws CniException {
    try (Store store = node.store()) {
      return store.ports().all().stream().map(row -> row.port().hostPort()).toList();
    }
  }

  private List<Path> setAside() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(dataDir, "*.corrupt-*Z*")) {
      found.forEach(files::add);
    }
    return files;
  }

  private void assertNothingLeft() throws CniException {
    assertThat(addresses()).isEmpty();
    assertThat(portRows()).isEmpty();
    assertThat(host.run("ip", "-br", "link")).doesNotContain("knet");
    assertThat(host.run("ip", "route").lines().filter(line -> !line.contains("cni0"))).isEmpty();
    for (String map : List.of("hostport-any-v4", "hostport-any-v6")) {
      assertThat(host.run("nft", "list", "map", "inet", "cni-kindnet", map))
          .doesNotContain("elements");
    }
  }

  /** Something beside the file that SQLite makes again. */
  enum Companion {
    EMPTY_WAL("-wal", ""),
    GARBAGE_WAL("-wal", "garbage"),
    EMPTY_SHM("-shm", ""),
    GARBAGE_SHM("-shm", "garbage");

    private final String suffix;
    private final String content;

    Companion(String suffix, String content) {
      this.suffix = suffix;
      this.content = content;
    }

    void beside(Path file) throws IOException {
      Files.writeString(file.resolveSibling(file.getFileName() + suffix), content.repeat(5000));
    }
  }
}
