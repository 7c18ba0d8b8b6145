package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code kindnetd policy explain} says where there is no answer. */
class PolicyExplainErrorsTest extends PolicyExplainTestCase {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "shop/nobody  | shop/db    | 80     | there is no pod shop/nobody",
        "shop/db      | shelf/db   | 80     | there is no namespace shelf, and so no pod shelf/db",
        "other/done   | shop/db    | 80     | pod other/done has ended (succeeded), its addresses may be another pod's",
        "other/new    | shop/db    | 80     | pod other/new has no address yet",
        "shop/db      | fd00::1    | 80     | shop/db and fd00::1 have no address of the same family",
        "client       | shop/db    | 80     | 'client' is neither a pod, as NAMESPACE/NAME, nor an IP address",
        "shop/db      | shop/web   | ftp    | pod shop/web has no tcp port that is called 'ftp'",
        "shop/db      | shop/web   | http/udp | pod shop/web has no udp port that is called 'http'",
        "shop/db      | 192.0.2.9  | http   | port 'http' is a name, and the destination is no pod",
      })
  void namesWhatIsNotThere(String from, String to, String port, String message) {
    assertThat(explain(from, to, port)).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("kindnetd: " + message + "\n");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "80/icmp | invalid value \"80/icmp\" for flag -port: protocol 'icmp' is not tcp, udp or sctp",
        "0       | invalid value \"0\" for flag -port: not a port such as 80/tcp, 53/udp or http/tcp, and not icmp",
        "65536   | invalid value \"65536\" for flag -port: not a port such as 80/tcp, 53/udp or http/tcp, and not icmp",
        "/tcp    | invalid value \"/tcp\" for flag -port: not a port such as 80/tcp, 53/udp or http/tcp, and not icmp",
      })
  void refusesWhatIsNoPort(String port, String message) {
    assertThat(explain("shop/db", "shop/web", port)).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("kindnetd: " + message + "\nkindnetd policy explain --help shows all flags\n");
  }

  @Test
  void saysWhatIsWrongWithItsFlags() {
    assertThat(run("policy", "explain", "--from=a/b", "--to=c/d")).isEqualTo(2);
    assertThat(err.toString()).startsWith("kindnetd: Missing required option: '--port=PORT'");
    assertThat(explain("shop/db", "shop/web", "80", "--cni-socket=x")).isEqualTo(2);
    assertThat(err.toString()).startsWith("kindnetd: flag provided but not defined: -cni-socket\n");
    assertThat(explain("shop/db", "shop/web", "80", "-o", "yaml")).isEqualTo(2);
    assertThat(err.toString()).startsWith("kindnetd: invalid value \"yaml\" for flag -o: ");
    assertThat(run("policy", "forget")).isEqualTo(2);
    assertThat(run("policy")).isEqualTo(2);
    assertThat(err.toString()).contains("explain");
  }

  @Test
  void saysThatTheApiServerDoesNotAnswer() {
    server.refuse("/apis/networking.k8s.io", 403);
    assertThat(explain("shop/db", "shop/web", "80")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("kindnetd: no list of NetworkPolicies from http://127.0.0.1:")
        .contains(": status 403");
  }

  @Test
  void showsHelp() {
    assertThat(run("policy", "explain", "--help")).isZero();
    assertThat(out.toString())
        .contains(
            "kindnetd policy explain --from POD|IP --to POD|IP --port PORT",
            "the connection is allowed",
            "--kubeconfig=FILE");
    assertThat(run("policy", "-h")).isZero();
    assertThat(out.toString()).contains("explain", "whether network policies let a connection");
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("policy explain --from POD|IP", "--metrics-bind-address");
  }
}
