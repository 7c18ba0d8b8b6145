package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.status.BindAddress;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import io.kindnet.netlink.libc.KernelRelease;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return CommandRunner.run(
        new Kindnetd(Map.of(), KernelRelease.running()),
        List.of(arguments),
        new PrintWriter(out, true),
        new PrintWriter(err, true));
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 127.0.0.1", "0.0.0.0, 0.0.0.0", "::1, ::1"})
  void showsWhatTheAgentSays(String bound, String asked) throws IOException {
    try (StatusServer server =
        new StatusServer(
            new InetSocketAddress(InetAddress.ofLiteral(bound), 0), new Status("test"))) {
      server.localPage(DnsCommand.PAGE, name -> "asked for " + name + "\n");
      server.start();
      String address =
          BindAddress.format(
              new InetSocketAddress(InetAddress.ofLiteral(asked), server.address().getPort()));

      assertThat(run("dns", "--name=a%20&b.example", "--metrics-bind-address=" + address)).isZero();
      assertThat(run("dns", "--metrics-bind-address=" + address)).isZero();
    }
    assertThat(out.toString()).isEqualTo("asked for a%20&b.example\nasked for \n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void printsJson() throws IOException {
    try (StatusServer server =
        new StatusServer(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), new Status("test"))) {
      server.localPage(DnsCommand.JSON_PAGE, name -> "{\"name\":\"" + name + "\"}");
      server.start();
      String at = "--metrics-bind-address=" + BindAddress.format(server.address());

      assertThat(run("dns", "--name=a.example", at, "-o", "json")).isZero();
      assertThat(run("dns", at, "-o", "yaml")).isEqualTo(2);
    }
    assertThat(out.toString()).isEqualTo("{\n  \"name\" : \"a.example\"\n}\n");
    assertThat(err.toString()).contains("yaml");
  }

  @Test
  void saysThatNoAgentAnswers() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }

    assertThat(run("dns", "--metrics-bind-address=127.0.0.1:" + port)).isEqualTo(2);

    assertThat(err.toString())
        .startsWith("kindnetd: no agent with --dns-caching answers on 127.0.0.1:" + port);
  }
}
