package io.kindnet.kindnetd.nat64;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people use, in a pod that has IPv6 only, with servers that have IPv4 only. */
@NetworkNamespaces
@Tag("bpf")
class Nat64ProgramsIT {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** More bytes than what is sent before anything is known of the path. */
  private static final long ENOUGH = 2 << 20;

  private static final String SERVER = Nat64Node.SERVER_V6;
  private static final String URL = "://[" + SERVER + "]/";

  private final Namespace node;
  private final Namespace pod;
  private final Namespace router;
  private final Namespace server;
  private final Path directory;
  private final Nat64Node fixture;
  private final Nat64Agent agent;

  Nat64ProgramsIT(
      Namespace node, Namespace pod, Namespace router, Namespace server, @TempDir Path directory)
      throws IOException {
    this.node = node;
    this.pod = pod;
    this.router = router;
    this.server = server;
    this.directory = directory;
    fixture = new Nat64Node(node, pod, router, server);
    agent = fixture.agent();
    Ipv4Services.start(server, directory);
    fixture.translate(agent, pod);
  }

  @AfterEach
  void close() {
    agent.close();
    fixture.close();
  }

  /** A server may need a moment until it listens. */
  private String soon(String... command) {
    String[] output = {""};
    Eventually.within(DEADLINE, () -> output[0] = pod.run(command));
    return output[0];
  }

  private void assertFetched(Path file) throws IOException {
    assertThat(Files.mismatch(file, directory.resolve("files/large"))).isEqualTo(-1);
  }

  @Test
  void curlOverHttp() throws IOException {
    assertThat(soon("curl", "-sS", "http" + URL + "page")).isEqualTo("of IPv4\n");
    Path file = directory.resolve("fetched");
    pod.run("curl", "-sS", "-o", file.toString(), "http" + URL + "large");
    assertFetched(file);
  }

  @Test
  void http3OverQuic() throws IOException {
    String program = CoreDns.tool("http3");
    assertThat(soon(program, "get", "https" + URL + "page")).isEqualTo("of IPv4\n");
    Path file = directory.resolve("fetched");
    pod.run(
        "sh",
        "-c",
        "exec \"$0\" get \"$1\" >\"$2\"",
        program,
        "https" + URL + "large",
        file.toString());
    assertFetched(file);
  }

  @Test
  void digOverUdpAndTcp() {
    assertThat(soon("dig", "+short", "+time=2", "@" + SERVER, "web.example", "A"))
        .isEqualTo(Nat64Node.SERVER + "\n");
    assertThat(pod.run("dig", "+short", "+tcp", "@" + SERVER, "web.example", "A"))
        .isEqualTo(Nat64Node.SERVER + "\n");
    assertThat(
            pod.run("dig", "+bufsize=4096", "+ignore", "+notcp", "@" + SERVER, "many.example", "A"))
        .as("a datagram of two fragments")
        .contains("ANSWER: " + Ipv4Services.MANY + ",", "(UDP)");
  }

  @Test
  void ping() {
    assertThat(pod.run("ping", "-c", "5", "-i", "0.2", "-s", "1000", SERVER))
        .contains(" 0% packet loss");
    assertThat(pod.run("ping", "-c", "1", SERVER))
        .contains("from 64:ff9b::c633:6409: icmp_seq=1 ttl=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--udp", "--icmp", "--tcp"})
  void tracerouteShowsTheRouter(String method) {
    List<String> hops = new ArrayList<>();
    // routers send few errors a second
    Eventually.within(
        DEADLINE,
        () -> {
          hops.clear();
          pod.run("traceroute", "-6", "-n", "-q", "1", "-w", "2", method, SERVER)
              .lines()
              .skip(1)
              .map(line -> line.strip().split("\\s+")[1])
              .forEach(hops::add);
          assertThat(hops).endsWith("64:ff9b::c000:202", "64:ff9b::c633:6409");
        });
    assertThat(hops).as("the node counts as two").hasSize(4);
  }

  @Test
  void iperf3() throws Exception {
    assertReceived(iperf("-t", "2"));
    assertReceived(iperf("-t", "2", "-R"));
    for (String direction : new String[] {"--no-delay", "-R"}) {
      String text = iperf("-u", "-b", "4M", "-t", "2", direction);
      JsonNode sum = new ObjectMapper().readTree(text).path("end").path("sum");
      assertThat(sum.path("packets").asInt()).as(text).isGreaterThan(100);
      assertThat(sum.path("lost_percent").asDouble()).as(text).isLessThan(5);
    }
  }

  private static void assertReceived(String text) throws IOException {
    long bytes =
        new ObjectMapper().readTree(text).path("end").path("sum_received").path("bytes").asLong();
    assertThat(bytes).as(text).isGreaterThan(ENOUGH);
  }

  /** What the client says, in JSON; it ends with 0 if nobody listens, too. */
  private String iperf(String... options) throws InterruptedException {
    Process serving = server.start("iperf3", "-s", "-1", "-B", Nat64Node.SERVER);
    Eventually.within(
        DEADLINE, () -> assertThat(server.run("ss", "-Hltn", "sport = 5201")).isNotBlank());
    List<String> command = new ArrayList<>(List.of("iperf3", "-J", "-c", SERVER));
    command.addAll(List.of(options));
    String text = pod.run(command.toArray(String[]::new));
    serving.waitFor();
    return text;
  }

  /**
   * The link behind the router, of which the server does not tell in its segment size; or the one
   * between node and router.
   */
  @ParameterizedTest
  @CsvSource({"server, 1400", "server, 1280", "node, 1400", "node, 1280"})
  void streamsFitTheSmallestLinkOfIpv4(String link, int mtu) throws Exception {
    Ip.batch(router, "link set " + link + " mtu " + mtu + "\n");
    Ip.batch(link.equals("node") ? node : server, "link set eth0 mtu " + mtu + "\n");
    Ip.batch(server, "route change default via 198.51.100.1 advmss 1460\n");
    assertReceived(iperf("-t", "2"));
    assertThat(pod.run("ip", "-6", "route", "get", SERVER)).contains("mtu " + (mtu + 20));
    assertReceived(iperf("-t", "2", "-R"));
    Path file = directory.resolve("fetched");
    soon("curl", "-sS", "-o", file.toString(), "http" + URL + "large");
    assertFetched(file);
  }
}
