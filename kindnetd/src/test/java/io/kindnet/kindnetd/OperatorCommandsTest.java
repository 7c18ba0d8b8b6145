package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.libc.KernelRelease;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code kindnetd trace} and {@code kindnetd connections}, where the API server does not answer.
 */
class OperatorCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** The commands are quiet; what other tests log is not to be. */
  @AfterEach
  void logAgain() {
    System.clearProperty("org.slf4j.simpleLogger.log.io.kindnet");
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--master=http://127.0.0.1:1");
    return CommandRunner.run(
        new Kindnetd(Map.of("NODE_NAME", "node1"), KernelRelease.running()),
        all,
        new PrintWriter(out),
        new PrintWriter(err));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "count    | 0    | not a number from 1 to 10000",
        "count    | many | not a whole number from 0 to 2147483647",
        "timeout  | 5    | not a time such as 500ms, 30s or 2m",
        "timeout  | 1h   | not a time such as 500ms, 30s or 2m",
        "port     | 0    | not a port from 1 to 65535",
        "proto    | ospf | not one of tcp, udp, sctp, icmp, icmpv6",
        "o        | xml  | neither text nor json",
        "peer     | a/b  | no pod of this name with an address is known",
      })
  void namesTheFlagThatIsWrong(String flag, String value, String reason) {
    assertThat(run("trace", "--pod=shop/web", "-" + flag + "=" + value)).isEqualTo(2);
    assertThat(err.toString())
        .contains("invalid value \"" + value + "\" for flag -" + flag + ": " + reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"trace", "connections"})
  void namesThePodThatIsNotThere(String command) {
    assertThat(run(command, "--pod=shop/gone")).isEqualTo(2);
    assertThat(err.toString()).contains("no pod shop/gone with an address is known");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void saysWhatIsNotKnownWithoutTheApiServer() {
    assertThat(run("connections")).isZero();
    assertThat(err.toString()).contains("only pods of this node have names: ");
    assertThat(out.toString()).startsWith("PROTO  STATE");
  }

  @Test
  void aTraceIsOfAPod() {
    assertThat(run("trace")).isEqualTo(2);
    assertThat(err.toString()).contains("--pod=POD");
  }
}
