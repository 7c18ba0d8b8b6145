package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.KernelRelease;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever goes wrong is told as an error object, in the version that was asked for. */
@NetworkNamespaces
class CniCallTest {
  private final Namespace host;
  private final Namespace pod;
  private final Map<String, String> variables = new HashMap<>();

  @TempDir private Path dataDir;
  private CniNode node;

  CniCallTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24");
    node.config().put("cniVersion", "0.4.0");
    variables.put("CNI_COMMAND", "ADD");
    variables.put("CNI_CONTAINERID", "abc");
    variables.put("CNI_NETNS", pod.path().toString());
    variables.put("CNI_IFNAME", "eth0");
  }

  @Test
  void missingVariables() {
    variables.remove("CNI_NETNS");
    variables.remove("CNI_CONTAINERID");

    assertError(
        node.config().toString(),
        "0.4.0",
        4,
        "required environment variables are missing: CNI_CONTAINERID, CNI_NETNS");
  }

  @Test
  void unknownVerb() {
    variables.put("CNI_COMMAND", "UPDATE");

    assertError(node.config().toString(), "0.4.0", 4, "CNI_COMMAND 'UPDATE' is unknown");
  }

  @Test
  void badArguments() {
    variables.put("CNI_ARGS", "K8S_POD_NAME");

    assertError(node.config().toString(), "0.4.0", 4, "CNI_ARGS: 'K8S_POD_NAME' is not KEY=VALUE");
  }

  @Test
  void unreadableConfiguration() {
    assertError("{\"cniVersion\": \"0.4.0\",", "1.1.0", 6, "is not JSON");
    assertError("", "1.1.0", 6, "standard input is empty");
  }

  @Test
  void versionThatNobodySpeaks() {
    node.config().put("cniVersion", "9.0.0");

    assertError(node.config().toString(), "1.1.0", 1, "cniVersion '9.0.0' is not supported");
  }

  @Test
  void badRange() {
    node.config().putArray("ranges").add("10.244.1.0/240");

    assertError(node.config().toString(), "0.4.0", 7, "ranges[0]: '10.244.1.0/240' is not a CIDR");
  }

  @Test
  void databaseThatCannotBeOpened() throws IOException {
    Files.createDirectory(dataDir.resolve("cni.db"));

    assertError(node.config().toString(), "0.4.0", 5, "database " + dataDir.resolve("cni.db"));
  }

  @Test
  void versionsNeedNoConfiguration() {
    Reply reply = node.call(Map.of("CNI_COMMAND", "VERSION"), "");

    assertThat(reply.exitCode()).isZero();
    assertThat(CniNode.parse(reply.document()).path("supportedVersions")).hasSize(7);
  }

  @Test
  void logsOnlyWhereItIsTold() throws IOException {
    Path log = dataDir.resolve("cni.log");
    variables.put("CNI_LOG_FILE", log.toString());
    variables.put("CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=web");

    node.call(variables, node.config().toString());
    Reply again = node.call(variables, node.config().toString());

    assertThat(again.exitCode()).isEqualTo(1);
    List<String> lines = Files.readAllLines(log);
    List<String> withoutSteps = new ArrayList<>(lines);
    withoutSteps.removeIf(line -> line.endsWith(" ms"));
    assertThat(withoutSteps)
        .satisfiesExactly(
            line -> assertThat(line).endsWith(subject("begins")),
            line -> assertThat(line).contains(subject("ends {\"cniVersion\"")),
            line -> assertThat(line).endsWith(subject("begins")),
            line -> assertThat(line).contains(subject("fails: interface eth0 already exists")));
    assertThat(lines).anyMatch(line -> line.contains(subject("ROWS_COMMITTED after ")));
  }

  @Test
  void worksWhereTheLogCannotBeWritten() {
    variables.put("CNI_LOG_FILE", dataDir.resolve("missing").resolve("cni.log").toString());

    assertThat(node.call(variables, node.config().toString()).exitCode()).isZero();
  }

  @Test
  void saysWhereTheKernelIsTooOldForWhatItRefused() {
    KernelException refused =
        new KernelException("add set inet cni-kindnet hostport-map-v4", Errno.EOPNOTSUPP);

    assertThat(CniCall.refusal(refused, new KernelRelease("5.4.0-150-generic")))
        .hasMessage(
            "add set inet cni-kindnet hostport-map-v4: "
                + Errno.EOPNOTSUPP
                + "; this kernel is Linux 5.4.0-150-generic, kindnet needs Linux 5.10 or newer");
    assertThat(CniCall.refusal(refused, new KernelRelease("5.10.0-46-cloud-amd64")))
        .hasMessage(refused.getMessage());
  }

  private String subject(String text) {
    return " ADD container abc interface eth0 netns '" + pod.path() + "': " + text;
  }

  private void assertError(String input, String version, int code, String message) {
    JsonNode error = error(node.call(variables, input));

    assertThat(error.path("msg").asText()).contains(message);
    assertThat(error.path("code").asInt()).isEqualTo(code);
    assertThat(error.path("cniVersion").asText()).isEqualTo(version);
  }
}
