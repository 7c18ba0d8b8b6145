package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin under the client that the CNI project itself tries plugins with. */
@NetworkNamespaces
@ParameterizedClass
@EnumSource(ExecutionMode.class)
class CnitoolIT {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private static final String GATEWAY = "10.244.1.0";
  private static final String GATEWAY_V6 = "fd00:10:244:1::";

  @Parameter ExecutionMode way = ExecutionMode.COLD;
  private WarmAgent agent;

  @BeforeEach
  void prepare(Machine node, Namespace router) throws IOException {
    KindnetNode.prepare(node, router, "kindnet.conflist");
    agent = WarmAgent.on(node, way);
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  @ParameterizedTest
  @CsvSource({
    "kindnet.conflist,1.1.0",
    "kindnet-1.1.0.conflist,1.1.0",
    "kindnet-1.0.0.conflist,1.0.0",
    "kindnet-0.3.1.conflist,0.3.1",
    "kindnet-0.2.0.conflist,0.2.0"
  })
  void answersInTheVersionOfTheConfiguration(
      String conflist, String version, Machine node, Namespace pod) throws IOException {
    KindnetNode.configure(node, conflist);

    assertThat(settled(Cnitool.on(node).add(pod), pod) + "\n")
        .isEqualTo(Resources.text(CnitoolIT.class, "result-" + version + ".json"));

    Cnitool.on(node).delete(pod);
    KindnetNode.assertNoPodIsLeft(node);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kindnet.conflist", "kindnet-bridge.conflist"})
  void connectsPodsWithTheNodeAndEachOther(
      String conflist, Machine node, Namespace pod, Namespace other) throws IOException {
    KindnetNode.configure(node, conflist);
    Cnitool.on(node).add(pod);
    Cnitool.on(node).add(other);

    for (String address : new String[] {address(pod), addressV6(pod)}) {
      ping(node.namespace(), address);
      ping(other, address);
    }
    for (String address : new String[] {GATEWAY, GATEWAY_V6, KindnetNode.ADDRESS}) {
      ping(pod, address);
    }
    Cnitool.on(node).check(pod);
    Cnitool.on(node).check(other);

    Cnitool.on(node).delete(pod);
    Cnitool.on(node).delete(other);
    KindnetNode.assertNoPodIsLeft(node);
  }

  @Test
  void deletesOftenAndWhatNeverWas(Machine node, Namespace pod, Namespace other) {
    Cnitool.on(node).add(pod);

    Cnitool.on(node).delete(pod);
    Cnitool.on(node).delete(pod);
    Cnitool.on(node).delete(other);

    KindnetNode.assertNoPodIsLeft(node);
    assertThat(pod.run("ip", "-br", "link")).startsWith("lo ").hasLineCount(1);
  }

  @Test
  void deletesAPodWhoseNamespaceIsGone(Machine node) {
    Namespace pod = Namespace.create("pod");
    Cnitool.on(node).add(pod);
    pod.close();

    Cnitool.on(node).delete(pod);

    KindnetNode.assertNoPodIsLeft(node);
  }

  /**
   * cnitool deletes what it remembers to have added, and then calls GC without the list that the
   * specification demands.
   */
  @Test
  void collectsWhatNobodyDeleted(Machine node, Namespace other) {
    Namespace pod = Namespace.create("pod");
    Cnitool.on(node).add(pod);
    pod.close();

    assertThat(Cnitool.on(node).fail("gc", other)).contains("cni.dev/valid-attachments is missing");

    KindnetNode.assertNoPodIsLeft(node);
  }

  @Test
  void checksThatThePodIsAsItWasAdded(Machine node, Namespace pod) {
    Cnitool.on(node).add(pod);
    Cnitool.on(node).check(pod);
    String address = address(pod);

    pod.run("ip", "address", "del", address + "/32", "dev", "eth0");

    assertThat(Cnitool.on(node).fail("check", pod)).contains(address).contains("eth0");
  }

  @Test
  void namesTheInterfaceAsAsked(Machine node, Namespace pod) {
    Cnitool client = Cnitool.on(node).with("CNI_IFNAME", "net1");

    assertThat(client.add(pod)).contains("\"name\": \"net1\"").doesNotContain("eth0");

    assertThat(Ip.json(pod, "address", "show", "net1")).contains("\"10.244.1.");
    client.check(pod);
    client.delete(pod);
    KindnetNode.assertNoPodIsLeft(node);
  }

  @Test
  void remembersWhichPodItIsFor(Machine node, Namespace pod) {
    Cnitool.on(node)
        .with("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-1")
        .add(pod);

    assertThat(KindnetNode.sql(node, "SELECT namespace, name FROM pods"))
        .isEqualTo("default|web-1\n");
    assertThat(node.run("ip", "link")).contains("alias link-pod default/web-1");
  }

  @Test
  void opensHostPorts(Machine node, Namespace router, Namespace pod) {
    String ports =
        """
        {"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}\
        """;
    Cnitool client = Cnitool.on(node).with("CAP_ARGS", ports);
    client.add(pod);
    EchoPeer.in(pod, "pod").listen(Transport.TCP, address(pod), 80);
    router.run("ip", "address", "add", "192.0.2.1/24", "dev", "eth0");
    EchoRequest request = EchoRequest.tcp(KindnetNode.ADDRESS, 8080);

    assertThat(EchoPeer.in(router, "outside").ask(request).server()).isEqualTo("pod");
    assertThat(EchoPeer.in(node.namespace(), "node").ask(request).server()).isEqualTo("pod");

    client.delete(pod);
    KindnetNode.assertNoPodIsLeft(node);
  }

  @Test
  void tellsItsStatus(Machine node, Namespace pod) throws IOException {
    Cnitool.on(node).status(pod);

    KindnetNode.configure(node, "kindnet-without-ranges.conflist");

    Cnitool.on(node).status(pod);

    node.run("mkdir", "-p", "/var/lib/cni-kindnet/cni.db");

    // where a busy machine made it late it says nothing
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Cnitool.on(node).fail("status", pod)).contains("it is not a regular file"));
    node.run("rmdir", "/var/lib/cni-kindnet/cni.db");
  }

  @Test
  void saysWhichHostPortIsTaken(Machine node, Namespace pod, Namespace other) {
    String ports = "{\"portMappings\":[{\"hostPort\":80,\"containerPort\":80}]}";
    Cnitool client = Cnitool.on(node).with("CAP_ARGS", ports);
    client.with("CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-1").add(pod);

    assertThat(client.fail("add", other)).contains("80").contains("default/web-1");

    assertThat(other.run("ip", "-br", "link")).startsWith("lo ").hasLineCount(1);
    client.delete(pod);
    client.delete(other);
    KindnetNode.assertNoPodIsLeft(node);
  }

  private static void ping(Namespace from, String address) {
    from.run("ping", "-n", "-c", "1", "-W", "5", address);
  }

  private static String address(Namespace pod) {
    return addressOf(pod, "-4");
  }

  private static String addressV6(Namespace pod) {
    return addressOf(pod, "-6");
  }

  /** The only global address of a family. */
  private static String addressOf(Namespace pod, String family) {
    String line = Ip.run(pod, family, "address", "show", "dev", "eth0", "scope", "global").strip();
    assertThat(line).hasLineCount(1);
    String prefix = line.split(" +")[3];
    return prefix.substring(0, prefix.indexOf('/'));
  }

  /** {@code result} without what differs from run to run. */
  private static String settled(String result, Namespace pod) {
    return result
        .replace(pod.path().toString(), "SANDBOX")
        .replace(address(pod), "POD-IPV4")
        .replace(addressV6(pod), "POD-IPV6")
        .replaceAll("knet[0-9a-f]{8}\"", "HOST-INTERFACE\"")
        .replaceAll("([0-9a-f]{2}:){5}[0-9a-f]{2}\"", "MAC\"");
  }
}
