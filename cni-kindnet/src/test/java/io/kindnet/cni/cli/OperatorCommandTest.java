package io.kindnet.cni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.PortRow;
import io.kindnet.cni.store.RangeRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorCommandTest {
  private static final IpPrefix V4 = IpPrefix.parse("10.244.1.0/24");
  private static final IpPrefix V6 = IpPrefix.parse("fd00:10:244:1::/64");

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path file = Path.of("");

  @BeforeEach
  void chooseFile() {
    file = directory.resolve("cni.db");
  }

  @Test
  void listsPods() throws CniException {
    addPod();

    assertThat(run("pods", "--db", file.toString())).isZero();
    assertThat(out.toString().replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d", "NOW"))
        .isEqualTo(
            """
            NAMESPACE  NAME  CONTAINER      IPV4        IPV6              INTERFACE  HOST INTERFACE  BRIDGE  MTU   CREATED (UTC)
            default    web   3f0b3f0b3f0b3  10.244.1.7  fd00:10:244:1::7  eth0       knet0a1b2c3d    -       1450  NOW
            """);
  }

  @Test
  void tellsThatNoAgentAnswersAndWhoServedCalls() throws CniException {
    addPod();
    try (Store store = Store.open(file)) {
      store.calls().add(CniCommand.ADD, ExecutionMode.COLD);
      store.calls().add(CniCommand.ADD, ExecutionMode.COLD);
      store.calls().add(CniCommand.DEL, ExecutionMode.WARM);
    }
    Path socket = directory.resolve("cni.sock");

    assertThat(run("status", "--db", file.toString(), "--socket", socket.toString())).isEqualTo(1);
    assertThat(out)
        .hasToString(
            "kindnetd does not answer at "
                + socket
                + ": No such file or directory\n"
                + """
                VERB  WARM  COLD  CALLS  ERRORS  MEDIAN MS
                ADD   0     2     0      0       -
                DEL   1     0     0      0       -
                """);
  }

  @Test
  void listsPodsAsJson() throws CniException {
    addPod();

    assertThat(run("pods", "--db", file.toString(), "-o", "json")).isZero();
    assertThat(out.toString().replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d", "NOW"))
        .isEqualTo(
            """
            [ {
              "namespace" : "default",
              "name" : "web",
              "uid" : "5f",
              "containerId" : "3f0b3f0b3f0b3f0b",
              "ipv4" : "10.244.1.7",
              "ipv6" : "fd00:10:244:1::7",
              "gatewayV4" : "10.244.1.0",
              "gatewayV6" : "fd00:10:244:1::",
              "interface" : "eth0",
              "hostInterface" : "knet0a1b2c3d",
              "bridge" : "",
              "mtu" : 1450,
              "netns" : "/run/netns/pod",
              "created" : "NOW"
            } ]
            """);
  }

  @Test
  void listsHostPorts() throws CniException {
    addPod();

    assertThat(run("portmaps", "--db=" + file)).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            HOST IP  HOST PORT  PROTOCOL  CONTAINER IP  CONTAINER PORT  NAMESPACE  NAME
            0.0.0.0  80         tcp       10.244.1.7    8080            default    web
            """);
  }

  @Test
  void listsRanges() throws CniException {
    addPod();
    run("ranges", "add", "10.9.0.5/16", "--description", "more room", "--db", file.toString());
    out.getBuffer().setLength(0);

    assertThat(run("ranges", "--db", file.toString())).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            SUBNET              USED  FREE                  CAPACITY              SOURCE         DESCRIPTION
            10.244.1.0/24       1     247                   248                   configuration  -
            fd00:10:244:1::/64  1     18446744073709551608  18446744073709551609  configuration  -
            10.9.0.0/16         0     65528                 65528                 operator       more room
            """);
  }

  @Test
  void listsNothingAsAnEmptyArray() throws CniException {
    Store.open(file).close();

    assertThat(run("portmaps", "-o", "json", "--db", file.toString())).isZero();
    assertThat(out.toString()).isEqualTo("[ ]\n");
  }

  @Test
  void doesNotMakeADatabaseByLooking() {
    assertThat(run("pods", "--db", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("cni-kindnet: there is no database " + file)
        .hasLineCount(1);
    assertThat(Files.exists(file)).isFalse();
  }

  @Test
  void addsRangesForGood() throws CniException {
    assertThat(run("ranges", "add", "10.9.0.0/16", "--db", file.toString())).isZero();
    assertThat(out.toString()).isEqualTo("range 10.9.0.0/16 added\n");
    assertThat(ranges()).containsExactly(new RangeRow(1, IpPrefix.parse("10.9.0.0/16"), "", true));
  }

  @Test
  void refusesRangesThatAreOfNoUse() {
    assertThat(run("ranges", "add", "10.9.0.0/33", "--db", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("'10.9.0.0/33' is not a CIDR");
    assertThat(run("ranges", "add", "10.9.0.0/32", "--db", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("range 10.9.0.0/32: no room for a pod beside the gateway");
    assertThat(run("ranges", "add", "fe80::/64", "--db", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("range fe80::/64: no router passes on link-local addresses");
  }

  @Test
  void removesARangeThatIsInUseOnlyByForce() throws CniException {
    addPod();

    assertThat(run("ranges", "remove", "10.244.1.0/24", "--db", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "cni-kindnet: range 10.244.1.0/24 is in use by"
                + " pod default/web (container 3f0b3f0b3f0b3f0b);"
                + " --force removes it all the same\n");
    assertThat(ranges()).hasSize(2);

    assertThat(run("ranges", "remove", "10.244.1.0/24", "--force", "--db", file.toString()))
        .isZero();
    assertThat(ranges()).extracting(RangeRow::subnet).containsExactly(V6);
  }

  @Test
  void saysThatARangeIsNotThere() throws CniException {
    addPod();

    assertThat(run("ranges", "remove", "10.9.0.0/16", "--db", file.toString())).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("cni-kindnet: there is no range 10.9.0.0/16\n");
  }

  @Test
  void introducesItself() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("cni-kindnet \\d+\\.\\S+\nCNI 0\\.1\\.0, .*, 1\\.1\\.0\n");
  }

  @Test
  void explainsItself() {
    assertThat(run()).isZero();
    String withoutCommand = out.toString();
    out.getBuffer().setLength(0);

    assertThat(run("--help")).isZero();
    assertThat(out.toString()).isEqualTo(withoutCommand).contains("pods", "ranges", "portmaps");
    assertThat(run("ranges", "--help")).isZero();
    assertThat(out.toString()).contains("add", "remove", "/var/lib/cni-kindnet/cni.db");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThat(run("pod")).isEqualTo(2);
    assertThat(err.toString()).contains("Unmatched argument", "'pod'");
  }

  private int run(String... arguments) {
    return OperatorCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private List<RangeRow> ranges() throws CniException {
    try (Store store = Store.open(file)) {
      return new ArrayList<>(store.ranges().all());
    }
  }

  private void addPod() throws CniException {
    try (Store store = Store.open(file)) {
      store.ranges().insert(V4);
      store.ranges().insert(V6);
      store
          .pods()
          .insert(
              new PodRow(
                  "3f0b3f0b3f0b3f0b",
                  new PodIdentity("default", "web", "5f"),
                  "/run/netns/pod",
                  List.of(
                      new PodAddress(IpAddresses.parse("10.244.1.7"), V4.address()),
                      new PodAddress(IpAddresses.parse("fd00:10:244:1::7"), V6.address())),
                  "knet0a1b2c3d",
                  1450,
                  "",
                  new PodRow.Details("eth0", "kindnet", "")));
      store
          .ports()
          .insert(
              new PortRow(
                  "3f0b3f0b3f0b3f0b",
                  new HostPort(
                      IpAddresses.parse("0.0.0.0"),
                      80,
                      TransportProtocol.TCP,
                      IpAddresses.parse("10.244.1.7"),
                      8080)));
    }
  }
}
