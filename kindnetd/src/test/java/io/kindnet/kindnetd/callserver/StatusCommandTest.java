package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.cli.OperatorCommand;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of an agent that serves calls. */
class StatusCommandTest {
  @Test
  void tellsThatTheAgentAnswers(@TempDir Path directory) {
    Path socket = directory.resolve("cni.sock");
    try (CniCallAgent agent =
        new CniCallAgent(socket, "1.2.3", PodPolicies.NONE, new Status("1.2.3"), null)) {
      agent.start();
      Eventually.within(
          Duration.ofMinutes(2), () -> assertThat(ClientSession.isServed(socket)).isTrue());
      StringWriter out = new StringWriter();

      int code =
          OperatorCommand.run(
              new PrintWriter(out, true),
              new PrintWriter(out, true),
              "status",
              "--socket=" + socket,
              "--db=" + directory.resolve("cni.db"),
              "-o",
              "json");

      assertThat(out)
          .hasToString(
              """
              {
                "socket" : "%s",
                "answers" : true,
                "version" : "1.2.3",
                "verbs" : [ {
                  "verb" : "ADD",
                  "warm" : 0,
                  "cold" : 0,
                  "calls" : 0,
                  "errors" : 0,
                  "medianMillis" : null
                }, {
                  "verb" : "DEL",
                  "warm" : 0,
                  "cold" : 0,
                  "calls" : 0,
                  "errors" : 0,
                  "medianMillis" : null
                } ]
              }
              """
                  .formatted(socket));
      assertThat(code).isZero();
    }
  }
}
