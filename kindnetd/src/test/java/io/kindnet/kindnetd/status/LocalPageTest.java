package io.kindnet.kindnetd.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What pods ask for is nothing that other pods get to see. */
@NetworkNamespaces
class LocalPageTest {
  private static final int PORT = 19080;

  private final Namespace host;
  private final Namespace pod;

  LocalPageTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    host.loopbackUp();
    pod.connect("eth0", host, "pod");
    Ip.batch(host, "addr add 10.0.0.1/24 dev pod\n");
    Ip.batch(pod, "addr add 10.0.0.2/24 dev eth0\n");
  }

  private static String ask(Namespace from, String address) {
    return from.run(
        "curl",
        "--silent",
        "--output",
        "-",
        "--write-out",
        " %{http_code}",
        "http://" + address + ":" + PORT + "/dns?a.example");
  }

  @Test
  void answersOnItsOwnMachineOnly() throws IOException {
    try (NetworkNamespace entered = NetworkNamespace.open(host.path().toString());
        StatusServer server =
            entered.call(() -> {
              try {
                return new StatusServer(
                    new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), PORT),
                    new Status("test"));
              } catch (IOException failed) {
                throw new AssertionError(failed);
              }
            })) {
      server.localPage("/dns", name -> "about " + name + "\n");
      server.start();

      assertThat(ask(host, "127.0.0.1")).isEqualTo("about a.example\n 200");
      assertThat(ask(host, "10.0.0.1")).isEqualTo("about a.example\n 200");
      assertThat(ask(pod, "10.0.0.1")).endsWith(" 403").doesNotContain("a.example");
    }
  }
}
