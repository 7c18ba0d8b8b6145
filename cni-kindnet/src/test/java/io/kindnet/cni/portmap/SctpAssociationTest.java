package io.kindnet.cni.portmap;

import static io.kindnet.cni.portmap.ConnectedNode.port;
import static io.kindnet.cni.protocol.TransportProtocol.SCTP;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole SCTP associations, over host ports and without, with the kernel's own sockets. Many kernels
 * have none; {@link SctpTrafficTest} does without.
 */
@NetworkNamespaces
@Tag("sctp")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SctpAssociationTest {
  /** Java's own SCTP needs a native library that is rarely there; Perl does not. */
  private static final String SOCKET =
      """
      use Socket qw(:DEFAULT inet_pton inet_ntop pack_sockaddr_in6 unpack_sockaddr_in6);
      my ($at, $port) = @ARGV;
      my $six = $at =~ /:/;
      my $family = $six ? AF_INET6 : AF_INET;
      my $address = inet_pton($family, $at);
      my $end = $six ? pack_sockaddr_in6($port, $address) : pack_sockaddr_in($port, $address);
      socket(my $s, $family, SOCK_STREAM, 132) or die "socket: $!";
      $| = 1;
      """;

  /** Says that it listens, and tells each client which address it has. */
  private static final String SERVER =
      SOCKET
          + """
          bind($s, $end) && listen($s, 5) or die "listen: $!";
          print "listening\\n";
          while (my $peer = accept(my $c, $s)) {
            my (undef, $from) = $six ? unpack_sockaddr_in6($peer) : unpack_sockaddr_in($peer);
            syswrite($c, inet_ntop($family, $from) . "\\n");
            close($c);
          }
          """;

  private static final String CLIENT =
      SOCKET
          + """
          $SIG{ALRM} = sub { die "no answer" };
          alarm 50;
          connect($s, $end) or die "connect: $!";
          sysread($s, my $answer, 100) or die "read: $!";
          print $answer;
          """;

  private ConnectedNode node;
  private Map<String, Namespace> clients = Map.of();

  @BeforeAll
  void serve(Namespace node, Namespace outside, Namespace podA, Namespace podB) throws IOException {
    this.node = new ConnectedNode(NodeTopology.POINT_TO_POINT, node, outside, podA, podB);
    this.clients = Map.of("host", node, "outside", outside, "b", podB);
    for (String address : new String[] {"10.244.1.5", "fd00:244::5"}) {
      Process server = podA.start("perl", "-e", SERVER, address, "8080");
      BufferedReader output =
          new BufferedReader(
              new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
      assertThat(output.readLine()).isEqualTo("listening");
    }
  }

  @AfterEach
  void removeAll() {
    node.restore();
    node.namespace.run("conntrack", "-F");
  }

  @ParameterizedTest
  @CsvSource({
    "outside, 10.0.0.2, 10.0.0.1",
    "outside, fd00::2, fd00::1",
    "host, 10.0.0.2, 10.0.0.2",
    "host, fd00::2, fd00::2",
    "b, 10.0.0.2, 10.244.1.6",
    "b, fd00::2, fd00:244::6",
  })
  void answers(String client, String address, String seenAs) {
    node.install(node.a(port("0.0.0.0", 3868, SCTP, 5), port("::", 3868, SCTP, 5)));

    assertThat(answer(client, address, 3868)).isEqualTo(seenAs);
  }

  @ParameterizedTest
  @CsvSource({
    "b, 10.244.1.5, 10.244.1.6",
    "b, fd00:244::5, fd00:244::6",
  })
  void podsAnswerEachOther(String client, String address, String seenAs) {
    assertThat(answer(client, address, 8080)).isEqualTo(seenAs);
  }

  private String answer(String client, String address, int port) {
    return Objects.requireNonNull(clients.get(client))
        .run("perl", "-e", CLIENT, address, String.valueOf(port))
        .strip();
  }
}
