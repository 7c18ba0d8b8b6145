package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.NodeWatch;
import io.kindnet.kindnetd.kube.ScriptedApiServer.Stream;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.ApiProtobuf;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an API server may say, and what becomes of it. */
class ReflectorTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String FIRST_LIST = "list limit=500&resourceVersion=0";
  private static final String GONE =
      """
      {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource\
       version: 7 (9)","reason":"Expired","code":410}\
      """;

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final AtomicInteger changes = new AtomicInteger();
  private final Status status = new Status("test");
  private final ScriptedApiServer server = new ScriptedApiServer();
  private final ApiClient client;
  private final NodeWatch watch;

  ReflectorTest() throws Exception {
    client =
        ApiServer.connect(
            new ApiServerOptions(Optional.empty(), Optional.of(server.url()), Optional.empty()),
            Map.of(),
            address -> {});
    watch = new NodeWatch(client, nodes, status);
  }

  @BeforeEach
  void start() {
    nodes.onChange(changes::incrementAndGet);
    watch.start();
  }

  @AfterEach
  void stop() {
    watch.close();
    client.close();
    server.close();
  }

  private static String node(String name, int version, String podCidr) {
    return """
    {"metadata":{"name":"%s","resourceVersion":"%d"},"spec":{"podCIDRs":["%s"]},"status":{"conditions":\
    [{"type":"Ready","status":"True","message":"%d"}],"addresses":[{"type":"InternalIP",\
    "address":"192.0.2.1"}]}}\
    """
        .formatted(name, version, podCidr, version);
  }

  private static String list(int version, String next, String... items) {
    return """
    {"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"%d","continue":"%s"},"items":[%s]}
    """
        .formatted(version, next, String.join(",", items));
  }

  private static String event(String type, String object) {
    return "{\"type\":\"" + type + "\",\"object\":" + object + "}";
  }

  private static String bookmark(int version) {
    return event(
        "BOOKMARK",
        "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\""
            + version
            + "\",\"creationTimestamp\":null},\"spec\":{},\"status\":{\"daemonEndpoints\":"
            + "{\"kubeletEndpoint\":{\"Port\":0}},\"nodeInfo\":{\"machineID\":\"\"}}}");
  }

  /** Name and first pod CIDR of each, in order. */
  private List<String> peers() {
    return nodes.snapshot().orElseThrow(() -> new AssertionError("no list yet")).peers().stream()
        .map(peer -> peer.name() + " " + peer.podCidrs().getFirst())
        .toList();
  }

  private void awaitPeers(String... expected) {
    Eventually.within(DEADLINE, () -> assertThat(peers()).containsExactly(expected));
  }

  /** A change can be seen a moment before it is told. */
  private void awaitChanges(String what, int expected) {
    Eventually.within(DEADLINE, () -> assertThat(changes).as(what).hasValue(expected));
  }

  private void awaitRequests(String... expected) {
    Eventually.within(DEADLINE, () -> assertThat(server.requests()).containsExactly(expected));
  }

  private void awaitProblem(String reason) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(status.problems())
                .singleElement()
                .asString()
                .contains("no list of Nodes from " + server.url(), reason));
  }

  @Test
  void readsAListPageByPageAndSaysNothingBeforeTheLast() {
    server.list(list(7, "token/+=", node("a", 1, "10.0.1.0/24")));
    awaitRequests(FIRST_LIST, "list limit=500&continue=token%2F%2B%3D");
    assertThat(nodes.snapshot()).isEmpty();
    assertThat(changes).hasValue(0);

    server.compressedList(list(7, "", node("b", 2, "10.0.2.0/24")));

    awaitPeers("a 10.0.1.0/24", "b 10.0.2.0/24");
    awaitChanges("the list", 1);
    Eventually.within(DEADLINE, () -> assertThat(server.requests()).hasSize(3).contains("watch 7"));
  }

  @Test
  void beginsAgainWhereThePagesOfAListHaveExpired() {
    server
        .list(list(7, "old", node("gone", 1, "10.0.9.0/24")))
        .refuseList(410, GONE)
        .list(list(8, "", node("a", 2, "10.0.1.0/24")));
    awaitPeers("a 10.0.1.0/24");
    assertThat(server.requests())
        .startsWith(FIRST_LIST, "list limit=500&continue=old", "list limit=500");
  }

  @Test
  void goesOnAfterABreakWhereTheLastEventOrBookmarkWas() {
    server.list(list(7, "", node("a", 1, "10.0.1.0/24")));
    Stream first = server.watch();
    first.say(event("ADDED", node("b", 8, "10.0.2.0/24")));
    awaitPeers("a 10.0.1.0/24", "b 10.0.2.0/24");
    first.cut();
    Stream second = server.watch();
    second.say(bookmark(60)).end();
    Stream third = server.watch();
    third.say(event("DELETED", node("a", 61, "10.0.1.0/24")));
    awaitPeers("b 10.0.2.0/24");
    assertThat(server.requests()).containsExactly(FIRST_LIST, "watch 7", "watch 8", "watch 60");
    awaitChanges("list, added, deleted", 3);
  }

  @Test
  void dropsHeartbeats() {
    server.list(list(7, "", node("a", 1, "10.0.1.0/24")));
    Stream stream = server.watch();
    for (int version = 8; version < 20; version++) {
      stream.say(event("MODIFIED", node("a", version, "10.0.1.0/24")));
    }
    stream.say(event("MODIFIED", node("a", 20, "10.0.3.0/24")));
    awaitPeers("a 10.0.3.0/24");
    awaitChanges("the list and one change", 2);
  }

  @Test
  void listsAgainWhatIsTooOldAndTellsOnlyTheDifference() {
    String a = node("a", 1, "10.0.1.0/24");
    server.list(list(7, "", a, node("b", 2, "10.0.2.0/24")));
    server.watch().say(event("ERROR", GONE));
    server.list(list(30, "", a, node("b", 28, "10.0.2.0/24")));
    awaitRequests(FIRST_LIST, "watch 7", "list limit=500", "watch 30");
    assertThat(changes).as("the first list").hasValue(1);

    server.refuseWatch(410, GONE).list(list(40, "", a));
    awaitPeers("a 10.0.1.0/24");
    awaitChanges("the first list and the last", 2);
    awaitRequests(
        FIRST_LIST, "watch 7", "list limit=500", "watch 30", "list limit=500", "watch 40");
  }

  /** Going on where such an event was would only bring it again. */
  @Test
  void listsAgainAfterAnEventThatItCannotRead() {
    server.list(list(7, "", node("a", 1, "10.0.1.0/24")));
    awaitPeers("a 10.0.1.0/24");
    List<byte[]> events =
        List.of(
            new byte[] {0, 0, 0, 4, 10, 100, 'B', 'A'},
            new byte[] {0x7f, 0, 0, 0},
            new byte[] {0, 0, 0, 7, 10, 5, 'A', 'D', 'D', 'E', 'D'},
            ApiProtobuf.event(event("UNHEARD OF", node("a", 8, "10.0.9.0/24"))));
    int version = 9;
    for (byte[] event : events) {
      server.watch().say(event);
      String podCidr = "10.0." + ++version + ".0/24";
      server.list(list(version, "", node("a", version, podCidr)));
      awaitPeers("a " + podCidr);
    }
    assertThat(server.requests())
        .startsWith(FIRST_LIST, "watch 7", "list limit=500&resourceVersion=7", "watch 10");
  }

  /** None of these says that the version is unknown. */
  @Test
  void goesOnWhereItWasAfterErrorsOfTheServer() {
    server.list(list(7, "", node("a", 1, "10.0.1.0/24")));
    server
        .refuseWatch(401, status(401))
        .refuseWatch(403, status(403))
        .refuseWatch(429, status(429))
        .refuseWatch(500, status(500))
        .refuseWatch(503, status(503));
    server.watch().say(event("ERROR", status(500))).end();
    server.watch().say(event("ADDED", node("b", 8, "10.0.2.0/24")));
    awaitPeers("a 10.0.1.0/24", "b 10.0.2.0/24");
    assertThat(server.requests())
        .startsWith(FIRST_LIST)
        .filteredOn(request -> !request.equals("watch 7"))
        .hasSize(1);
  }

  private static String status(int code) {
    return "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"no\",\"code\":" + code + "}";
  }

  @Test
  void listsTheNewestWhereTheServerWasSetBack() {
    server
        .list(list(7, "", node("a", 1, "10.0.1.0/24")))
        .refuseWatch(
            504,
            "{\"kind\":\"Status\",\"message\":\"Too large resource version: 7, current: 3\",\"code\":504}")
        .list(list(3, "", node("b", 2, "10.0.2.0/24")));
    awaitPeers("b 10.0.2.0/24");
    awaitRequests(FIRST_LIST, "watch 7", "list limit=500", "watch 3");
  }

  @Test
  void asksNoSoonerThanTheServerWants() {
    server.list(list(7, "", node("a", 1, "10.0.1.0/24")));
    server.refuseWatch(429, status(429), "3");
    server.watch().say(event("ADDED", node("b", 8, "10.0.2.0/24")));
    awaitPeers("a 10.0.1.0/24", "b 10.0.2.0/24");
    awaitRequests(FIRST_LIST, "watch 7", "watch 7");
    assertThat(server.timeBetween(1, 2)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void saysWhyThereIsNoList() {
    server.refuseList(
        403,
        """
        {"kind":"Status","status":"Failure","message":"nodes is forbidden: User \\"system:serviceaccount:\
        kube-system:kindnet\\" cannot list resource \\"nodes\\"","reason":"Forbidden","code":403}\
        """);
    awaitProblem("status 403: nodes is forbidden: User \"system:serviceaccount:");
    server.answerList(200, "text/html", "<html>log in</html>".getBytes(UTF_8));
    awaitProblem("a response of type text/html to a request for application/vnd.kubernetes");
    server.answerList(503, "text/html", "<html>nobody</html>".getBytes(UTF_8));
    awaitProblem("status 503");
    server.answerList(
        401, "application/json", "{\"message\":\"Unauthorized by proxy\"}".getBytes(UTF_8));
    awaitProblem("status 401: Unauthorized by proxy");

    server.list(list(7, "", node("a", 1, "10.0.1.0/24")));
    awaitPeers("a 10.0.1.0/24");
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
  }
}
