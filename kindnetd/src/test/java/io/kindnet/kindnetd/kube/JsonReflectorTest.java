package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ResourceView;
import io.kindnet.kindnetd.kube.ScriptedApiServer.Stream;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an API server may say of a custom resource, and what becomes of it. */
class JsonReflectorTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String FIRST_LIST = "list limit=500&resourceVersion=0";
  private static final String ABSENT = "404 page not found\n";
  private static final byte[] FORBIDDEN = "{\"message\":\"things is forbidden\"}".getBytes(UTF_8);
  private static final String GONE =
      """
      {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource\
       version: 7 (9)","reason":"Expired","code":410}\
      """;

  private record Thing(String key, String version, int size) implements ApiRecord {
    static Thing read(JsonNode json) {
      return new Thing(
          json.at("/metadata/name").asText(),
          json.at("/metadata/resourceVersion").asText(),
          json.at("/spec/size").asInt());
    }
  }

  private final JsonResource<Thing> things =
      new JsonResource<>(
          "apis/example.com/v1/things", "Things", Thing::read, /* isOptional= */ true);
  private final Status status = new Status("test");
  private final ScriptedApiServer server = ScriptedApiServer.ofJson("/apis/example.com/v1/things");
  private final ApiClient client =
      ApiServer.connect(
          new ApiServerOptions(Optional.empty(), Optional.of(server.url()), Optional.empty()),
          Map.of(),
          address -> {});
  private final ResourceView<Thing, Integer> resource =
      new ResourceView<>(client, things, Thing::size, status, () -> 3);
  private final AtomicInteger changes = new AtomicInteger();
  private final CapturedLog log = CapturedLog.start();

  JsonReflectorTest() throws Exception {}

  @AfterEach
  void stop() {
    resource.close();
    client.close();
    server.close();
    log.close();
  }

  private ClusterView<Integer> start() {
    ClusterView<Integer> view = resource.start();
    view.onChange(changes::incrementAndGet);
    return view;
  }

  private static String thing(String name, int version, int size) {
    return """
    {"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"%s","resourceVersion":"%d",\
    "managedFields":[{"items":[{}]}]},"spec":{"size":%d}}\
    """
        .formatted(name, version, size);
  }

  private static String list(int version, String next, String... items) {
    return """
    {"apiVersion":"example.com/v1","items":[%s],"kind":"ThingList","metadata":{"continue":"%s",\
    "remainingItemCount":1,"resourceVersion":"%d"}}
    """
        .formatted(String.join(",", items), next, version);
  }

  private static String event(String type, String object) {
    return "{\"type\":\"" + type + "\",\"object\":" + object + "}";
  }

  private void await(ClusterView<Integer> view, Map<String, Integer> expected) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(view.snapshot())
                .hasValueSatisfying(now -> assertThat(now.objects()).isEqualTo(expected)));
  }

  @Test
  void readsPagesAndThenEvents() {
    ClusterView<Integer> view = start();
    server.list(list(7, "token/+=", thing("a", 1, 10)));
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(server.requests())
                .containsExactly(FIRST_LIST, "list limit=500&continue=token%2F%2B%3D"));
    assertThat(view.snapshot()).isEmpty();
    server.compressedList(list(7, "", thing("b", 2, 20)));
    await(view, Map.of("a", 10, "b", 20));

    Stream stream = server.watch();
    stream.say(event("ADDED", thing("c", 8, 30)));
    // an event that comes in two parts
    String modified = event("MODIFIED", thing("a", 9, 11));
    stream.say(modified.substring(0, 30).getBytes(UTF_8));
    stream.say(modified.substring(30).getBytes(UTF_8));
    stream.say(event("DELETED", thing("b", 10, 20)));
    await(view, Map.of("a", 11, "c", 30));
    assertThat(status.problem("things")).isEmpty();
  }

  @Test
  void goesOnWhereTheLastEventOrBookmarkWas() {
    ClusterView<Integer> view = start();
    server.list(list(7, "", thing("a", 1, 10)));
    Stream first = server.watch();
    first.say(event("ADDED", thing("b", 8, 20)));
    await(view, Map.of("a", 10, "b", 20));
    first.say("{\"type\":\"ADDED\",\"object\":{\"metadata\"".getBytes(UTF_8)).end();
    Stream second = server.watch();
    second
        .say(event("BOOKMARK", "{\"kind\":\"Thing\",\"metadata\":{\"resourceVersion\":\"60\"}}"))
        .end();
    server.watch().say(event("DELETED", thing("a", 61, 10)));
    await(view, Map.of("b", 20));
    assertThat(server.requests()).containsExactly(FIRST_LIST, "watch 7", "watch 8", "watch 60");
  }

  @Test
  void listsAgainWhatHasExpiredOrCannotBeRead() {
    ClusterView<Integer> view = start();
    server.list(list(7, "", thing("a", 1, 10)));
    server.watch().say(event("ERROR", GONE));
    server.list(list(30, "", thing("a", 1, 10), thing("b", 28, 20)));
    await(view, Map.of("a", 10, "b", 20));
    server.refuseWatch(410, GONE).list(list(40, "", thing("a", 1, 10)));
    await(view, Map.of("a", 10));
    server.watch().say("{\"type\":}\n".getBytes(UTF_8));
    server.list(list(50, "", thing("c", 45, 30)));
    await(view, Map.of("c", 30));
    server.watch().say(event("UNHEARD OF", thing("c", 51, 30)));
    server.list(list(60, "", thing("d", 55, 40)));
    await(view, Map.of("d", 40));
    assertThat(server.requests())
        .startsWith(
            FIRST_LIST, "watch 7", "list limit=500", "watch 30", "list limit=500", "watch 40");
  }

  /** Listeners hear of a list after the view has it, and the status last. */
  private void awaitNoProblem() {
    Eventually.within(DEADLINE, () -> assertThat(status.problem("things")).isEmpty());
  }

  /** An error that says nothing of the version is no reason to list. */
  @Test
  void goesOnAfterErrorsOfTheServer() {
    ClusterView<Integer> view = start();
    String status = "{\"kind\":\"Status\",\"message\":\"no\",\"code\":%d}";
    server.list(list(7, "", thing("a", 1, 10)));
    server.refuseWatch(403, status.formatted(403)).refuseWatch(503, status.formatted(503));
    server.watch().say(event("ERROR", status.formatted(500))).end();
    server.watch().say(event("ADDED", thing("b", 8, 20)));
    await(view, Map.of("a", 10, "b", 20));
    assertThat(server.requests()).contains("watch 7").filteredOn(FIRST_LIST::equals).hasSize(1);
  }

  @Test
  void whatTheServerDoesNotKnowIsCompleteAndEmptyUntilItIsInstalled() {
    ClusterView<Integer> view = start();
    server.answerList(404, "text/plain", ABSENT.getBytes(UTF_8));
    await(view, Map.of());
    awaitNoProblem();
    server.answerList(404, "text/plain", ABSENT.getBytes(UTF_8));
    server.list(list(7, "", thing("a", 1, 10)));
    await(view, Map.of("a", 10));
    assertThat(server.requests().subList(0, 3))
        .containsExactly(FIRST_LIST, "list limit=500", "list limit=500");
    assertThat(server.timeBetween(0, 1)).isGreaterThan(Duration.ofSeconds(4));
    assertThat(log.linesWith("Things"))
        .as("one line for its absence, one for the list")
        .hasSize(2)
        .first()
        .asString()
        .contains("Things: the API server http://127.0.0.1:", "does not have any such resource");
    Eventually.within(DEADLINE, () -> assertThat(changes).hasValue(2));
  }

  @Test
  void whatIsNotKnownAnyMoreIsGoneWhenAskedForTwice() {
    ClusterView<Integer> view = start();
    server.list(list(7, "", thing("a", 1, 10)));
    await(view, Map.of("a", 10));
    server.refuseWatch(404, "{\"kind\":\"Status\",\"code\":404}");
    Eventually.within(DEADLINE, () -> assertThat(server.requests()).hasSize(3));
    assertThat(view.get("a")).as("one server of several may not know it yet").contains(10);
    server.answerList(404, "text/plain", ABSENT.getBytes(UTF_8));
    await(view, Map.of());
    assertThat(server.requests()).startsWith(FIRST_LIST, "watch 7", "list limit=500");
    assertThat(server.timeBetween(1, 2)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    server.list(list(3, "", thing("b", 2, 20)));
    await(view, Map.of("b", 20));
  }

  /** As of an API server that has an older ClusterRole, and later the newer one. */
  @Test
  void whatMayBeMissingAndIsForbiddenHoldsNobodyUp() throws Exception {
    ClusterView<Integer> view = start();
    server.answerList(403, "application/json", FORBIDDEN);
    Eventually.within(DEADLINE, () -> assertThat(server.requests()).hasSize(2));
    assertThat(view.snapshot()).as("an API server that starts refuses much").isEmpty();
    server.answerList(403, "application/json", FORBIDDEN);
    await(view, Map.of());
    assertThat(server.timeBetween(0, 1)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    assertThat(ReadinessPage.of(status))
        .contains("[-]things no list of Things from http://127.0.0.1:")
        .contains(": status 403: things is forbidden\n")
        .endsWith("\nready, but degraded\n");
    assertThat(MetricsPage.of(status)).contains("kindnet_ready{agent=\"things\"} 0.0\n");
    assertThat(log.linesWith("things is forbidden")).hasSize(1);

    server.list(list(7, "", thing("a", 1, 10)));
    await(view, Map.of("a", 10));
    assertThat(server.timeBetween(1, 2)).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
    awaitNoProblem();
  }

  /** Somebody took the right away: what was known is not forgotten. */
  @Test
  void whatIsForbiddenLaterStaysAsItWas() {
    ClusterView<Integer> view = start();
    server.list(list(7, "", thing("a", 1, 10)));
    await(view, Map.of("a", 10));
    server.watch().say(event("ERROR", GONE)).end();
    server.answerList(403, "application/json", FORBIDDEN);
    Eventually.within(
        DEADLINE,
        () -> assertThat(status.problem("things").orElseThrow()).contains("things is forbidden"));
    assertThat(view.get("a")).contains(10);
    server.list(list(9, "", thing("b", 8, 20)));
    await(view, Map.of("b", 20));
  }

  @Test
  void aListThatIsNotOptionalIsWaitedFor() {
    ResourceView<Thing, Integer> needed =
        new ResourceView<>(
            client,
            new JsonResource<>(things.path(), "NeededThings", Thing::read, /* isOptional= */ false),
            Thing::size,
            status,
            () -> 3);
    try (needed) {
      ClusterView<Integer> view = needed.start();
      server.answerList(404, "text/plain", ABSENT.getBytes(UTF_8));
      Eventually.within(
          DEADLINE,
          () -> assertThat(status.problem("neededthings").orElseThrow()).contains("status 404"));
      assertThat(view.snapshot()).isEmpty();
      server.list(list(7, "", thing("a", 1, 10)));
      await(view, Map.of("a", 10));
    }
  }

  @Test
  void isListedOnceForWhatIsNotKeptUpToDate() throws Exception {
    server.list(list(7, "next", thing("a", 1, 10))).list(list(7, "", thing("b", 1, 20)));
    assertThat(ResourceLister.list(client, things))
        .extracting(Thing::key)
        .containsExactly("a", "b");
    assertThat(server.requests()).containsExactly("list limit=500", "list limit=500&continue=next");
    server.answerList(404, "text/plain", ABSENT.getBytes(UTF_8));
    assertThat(ResourceLister.list(client, things)).isEmpty();
    server.answerList(403, "application/json", FORBIDDEN);
    assertThatThrownBy(() -> ResourceLister.list(client, things))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "no list of Things from http://127.0.0.1:\\d+/: status 403: things is forbidden");
  }
}
