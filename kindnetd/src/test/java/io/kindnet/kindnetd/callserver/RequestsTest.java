package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What comes over the socket, good and bad. The agent sees neither the namespaces of pods nor the
 * log, as in a container that was given only the socket and the database.
 */
@NetworkNamespaces
@TestInstance(Lifecycle.PER_CLASS)
class RequestsTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final int ALWAYS = RequestHeader.OWN_NETWORK | RequestHeader.ROOT;
  private static final int ALL = ALWAYS | RequestHeader.POD_NETWORK | RequestHeader.LOG;

  private Path directory;
  private Path hidden;
  private Path log;
  private CniClient client;
  private ServingAgent agent;

  @BeforeAll
  void startAgent(Namespace node, @TempDir Path temporary) throws IOException {
    node.loopbackUp();
    directory = temporary;
    hidden = Files.createDirectory(directory.resolve("hidden"));
    log = hidden.resolve("cni.log");
    client = new CniClient(node, Files.createDirectory(directory.resolve("data")));
    agent =
        ServingAgent.start(
            node,
            directory.resolve("socket"),
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs none /run/netns && mount -t tmpfs none \"$0\" && exec \"$@\"",
            hidden.toString());
  }

  @AfterAll
  void stopAgent() throws InterruptedException {
    assertThat(agent.process().stop("TERM")).as(agent.log()).isZero();
    agent.close();
  }

  /** Makes the database, without which every call is the plugin's. */
  @BeforeEach
  void call() {
    client.runCold(client.del("nobody", null));
  }

  @Test
  void givesAPodWhatItWouldGetFromThePlugin(Namespace pod) {
    JsonNode warm = client.add("pod", pod, 80).delegate(agent.socket()).result();
    assertThat(pod.run("ip", "addr")).contains(warm.at("/ips/0/address").asText());
    assertThat(client.del("pod", pod).delegate(agent.socket())).isEqualTo(AgentAnswer.SILENCE);
    assertThat(pod.run("ip", "-o", "link").lines()).hasSize(1);

    JsonNode cold = client.runCold(client.add("pod", pod, 80)).result();
    for (JsonNode result : List.of(warm, cold)) {
      // chosen at random
      ((ObjectNode) result.at("/interfaces/0")).remove("name");
      ((ObjectNode) result.at("/interfaces/0")).remove("mac");
      ((ObjectNode) result.at("/interfaces/1")).remove("mac");
    }
    assertThat(warm.path("interfaces")).isEqualTo(cold.path("interfaces"));
    assertThat(warm.path("routes")).isEqualTo(cold.path("routes"));
    client.runCold(client.del("pod", pod)).result();
  }

  @Test
  void takesARequestInPieces(Namespace pod) {
    DelegatedCall call = client.add("pod", pod, 0);
    Fd[] fds = call.open();
    byte[] bytes = call.bytes();
    try (ClientSession visit = ClientSession.greeted(agent.socket())) {
      visit.send(Arrays.copyOf(bytes, 1), fds);
      for (int i = 1; i < bytes.length; i++) {
        visit.send(new byte[] {bytes[i]});
      }
      visit.answer().result();
    } finally {
      List.of(fds).forEach(Fd::close);
    }
    assertThat(client.del("pod", pod).delegate(agent.socket())).isEqualTo(AgentAnswer.SILENCE);
  }

  @Test
  void takesAsMuchAsTheLauncherMaySend() {
    DelegatedCall version = client.call("VERSION", "", null, client.config(0));
    String variable = "CNI_ARGS=" + "x".repeat(RequestHeader.LONGEST_ENVIRONMENT - 30) + "\0";

    AgentAnswer answer =
        version
            .withEnvironment("CNI_COMMAND=VERSION\0" + variable)
            .withInput(" ".repeat(RequestHeader.LONGEST_INPUT - 30) + "{\"cniVersion\":\"1.1.0\"}")
            .delegate(agent.socket());

    assertThat(answer.result().path("supportedVersions")).isNotEmpty();
  }

  static Stream<Arguments> malformedRequests() {
    Path root = Path.of("/");
    List<Path> twenty = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      twenty.add(root);
    }
    return Stream.of(
        malformed("kind 0", call -> call.withKind(0), "request of kind 0"),
        malformed("kind -1", call -> call.withKind(-1), "request of kind -1"),
        malformed("unknown bit", call -> call.withMask(16), "unknown descriptors in mask 16"),
        malformed("no descriptor", call -> call.withFiles(ALWAYS, List.of()), "mask 3 were", "0 c"),
        malformed(
            "one descriptor less",
            call -> call.withFiles(ALWAYS, List.of(root)),
            "mask 3 were announced, 1 came"),
        malformed(
            "one descriptor more",
            call -> call.withFiles(ALWAYS, List.of(root, root, root)),
            "mask 3 were announced, 3 came"),
        malformed(
            "more descriptors than there are bits",
            call -> call.withFiles(ALL, List.of(root, root, root, root, root)),
            "it came with 5 descriptors"),
        malformed("20 descriptors", call -> call.withFiles(ALL, twenty), "descriptors"),
        malformed("no NUL", call -> call.withEnvironment("CNI_COMMAND=ADD"), "end with a NUL"),
        malformed("no name", call -> call.withEnvironment("=ADD\0"), "'=ADD' is not NAME=value"),
        malformed("no value", call -> call.withEnvironment("ADD\0"), "'ADD' is not NAME=value"),
        malformed("no variable", call -> call.withEnvironment("\0"), "'' is not NAME=value"));
  }

  private static Arguments malformed(
      String what, UnaryOperator<DelegatedCall> change, String... reasons) {
    return Arguments.argumentSet(what, change, List.of(reasons));
  }

  @ParameterizedTest
  @MethodSource("malformedRequests")
  void leavesAMalformedRequestToThePlugin(
      UnaryOperator<DelegatedCall> change, List<String> reasons) {
    AgentAnswer answer = change.apply(client.del("pod", null)).delegate(agent.socket());

    assertThat(answer.reason()).contains(reasons);
    assertLogged("not taken", reasons.getFirst());
    assertServes();
  }

  static Stream<Arguments> lengths() {
    return Stream.of(
        Arguments.of(RequestHeader.LONGEST_ENVIRONMENT + 1, 0, "environment of 262145 bytes"),
        Arguments.of(-1, 0, "environment of 4294967295 bytes"),
        Arguments.of(0, RequestHeader.LONGEST_INPUT + 1, "input of 1048577 bytes"),
        Arguments.of(0, Integer.MIN_VALUE, "input of 2147483648 bytes"));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void leavesALongRequestToThePluginBeforeItHasCome(int environment, int input, String reason) {
    try (ClientSession visit = ClientSession.greeted(agent.socket())) {
      visit.send(header(environment, input));

      assertThat(visit.answer().reason()).contains(reason);
    }
    assertLogged("not taken", reason);
    assertServes();
  }

  @ParameterizedTest
  @MethodSource("ends")
  void forgetsWhoEndsTooEarly(byte[] bytes) {
    try (ClientSession visit = ClientSession.greeted(agent.socket())) {
      visit.send(bytes);
    }

    assertLogged("not taken", "it ends after " + bytes.length + " bytes");
    assertServes();
  }

  /** Whoever looks whether the agent is there does so for ever. */
  @Test
  void warnsOfThoseWhoSayNothingOnceInAWhile() {
    for (int client = 0; client < 3; client++) {
      ClientSession.greeted(agent.socket()).close();
    }

    assertLogged("connected and said nothing", "process");
    assertServes();
    assertThat(agent.log().split("said nothing", -1)).as("said once").hasSize(2);
  }

  static Stream<byte[]> ends() {
    return Stream.of(new byte[1], new byte[15], header(100, 100), Arrays.copyOf(header(9, 0), 24));
  }

  private static byte[] header(int environment, int input) {
    return ByteBuffer.allocate(RequestHeader.LENGTH)
        .putInt(RequestHeader.CALL)
        .putInt(0)
        .putInt(environment)
        .putInt(input)
        .array();
  }

  @Test
  void leavesACallToThePluginWithoutNetworkOrRoot(Namespace pod) {
    DelegatedCall call = client.add("pod", pod, 0);

    assertThat(
            call.withFiles(RequestHeader.ROOT, List.of(Path.of("/")))
                .delegate(agent.socket())
                .reason())
        .contains("without network namespace or root");
    assertThat(
            call.withFiles(RequestHeader.OWN_NETWORK, List.of(client.node().path()))
                .delegate(agent.socket())
                .reason())
        .contains("without network namespace or root");
    assertServes();
  }

  @Test
  void leavesCallsOfOtherNetworksToThePlugin(Namespace other, Namespace pod) {
    CniClient elsewhere = new CniClient(other, directory.resolve("data"));

    assertThat(elsewhere.add("pod", pod, 0).delegate(agent.socket()).reason())
        .contains("another network namespace");

    DelegatedCall none = client.add("pod", pod, 0);
    List<Path> files = List.of(Path.of("/etc/passwd"), Path.of("/"), pod.path());
    assertThat(none.withFiles(none.mask(), files).delegate(agent.socket()).reason())
        .contains("another network namespace");
    assertServes();
  }

  @Test
  void leavesCallsOfOtherDatabasesToThePlugin(Namespace pod) throws IOException {
    // a directory that the agent does not see, one that is another one for it, one that is nowhere
    CniClient unseen = new CniClient(client.node(), hidden);
    assertThat(unseen.add("pod", pod, 0).delegate(agent.socket()).reason())
        .contains(hidden + " is another directory for the agent");

    DelegatedCall call = client.add("pod", pod, 0);
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.createDirectories(Path.of(root + directory.resolve("data").toString()));
    List<Path> files = List.of(client.node().path(), root, pod.path());
    assertThat(call.withFiles(call.mask(), files).delegate(agent.socket()).reason())
        .contains("data is another directory for the agent");

    CniClient early = new CniClient(client.node(), directory.resolve("later"));
    assertThat(early.add("pod", pod, 0).delegate(agent.socket()).reason())
        .contains("not there yet");
    assertThat(directory.resolve("later")).doesNotExist();
    assertThat(pod.run("ip", "-o", "link").lines()).hasSize(1);
  }

  @Test
  void answersTheErrorsOfThePlugin(Namespace pod) {
    DelegatedCall call = client.add("pod", pod, 0);
    for (DelegatedCall bad :
        List.of(
            call.withEnvironment("CNI_COMMAND=ADD\0"),
            call.withEnvironment("CNI_COMMAND=EXPLODE\0"),
            call.withEnvironment(""),
            call.withInput(""),
            call.withInput("{\"cniVersion\":\"1.1.0\""),
            call.withInput("{\"cniVersion\":\"9.9.9\",\"name\":\"kindnet\"}"),
            client.add("../pod", pod, 0),
            client.add("pod", pod, 70_000))) {
      JsonNode error = bad.delegate(agent.socket()).error();
      assertThat(error).isEqualTo(client.runCold(bad).error());
    }
    assertServes();
  }

  @Test
  void namesAPodsNamespaceThatIsNone(Namespace pod) {
    DelegatedCall call = client.add("pod", pod, 0);
    List<Path> wrong = List.of(client.node().path(), Path.of("/"), Path.of("/etc/passwd"));

    JsonNode error = call.withFiles(call.mask(), wrong).delegate(agent.socket()).error();

    assertThat(error.path("code").asInt()).isEqualTo(4);
    assertThat(error.path("msg").asText()).contains(pod.path().toString(), "is not a network");
    assertServes();
  }

  @Test
  void writesToTheLogOfTheCall(Namespace pod) throws IOException {
    Files.writeString(log, "before\n");
    DelegatedCall call = client.add("pod", pod, 0);
    Map<String, String> variables = client.variables("ADD", "pod", pod);
    variables.put("CNI_LOG_FILE", log.toString());

    DelegatedCall.of(
            variables,
            client.config(0).toString(),
            ALL,
            List.of(client.node().path(), Path.of("/"), pod.path(), log))
        .delegate(agent.socket())
        .result();

    assertThat(log).content().startsWith("before\n").contains("ADD", "begins, in the agent");
    assertThat(call.delegate(agent.socket()).error().path("msg").asText()).contains("already");
    assertThat(client.del("pod", pod).delegate(agent.socket())).isEqualTo(AgentAnswer.SILENCE);
  }

  @Test
  void tellsHowManyCallsItServed(Namespace pod) {
    DelegatedCall status = client.del("pod", null).withKind(RequestHeader.STATUS);
    long before = added(status.delegate(agent.socket()).result());
    client.add("pod", pod, 0).delegate(agent.socket()).result();
    client.del("pod", pod).delegate(agent.socket());

    JsonNode after = status.delegate(agent.socket()).result();

    assertThat(added(after)).isEqualTo(before + 1);
    assertThat(agent.process().get("/metrics"))
        .contains("kindnet_cni_calls_total{path=\"warm\",verb=\"ADD\"}");
  }

  private static long added(JsonNode status) {
    for (JsonNode verb : status.path("verbs")) {
      if (verb.path("name").asText().equals("ADD")) {
        return verb.path("calls").asLong();
      }
    }
    return 0;
  }

  private void assertLogged(String... parts) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(agent.log().lines())
                .anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
  }

  private void assertServes() {
    assertThat(client.del("nobody", null).delegate(agent.socket())).isEqualTo(AgentAnswer.SILENCE);
  }
}
