package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Machine;
import java.nio.file.Path;
import java.time.Duration;

/** The agent of {@code dist/} on a machine without an API server: it serves calls all the same. */
final class ServingAgent {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private ServingAgent() {}

  /** Starts it and waits until calls go to it. */
  static Daemon start(Machine machine) {
    // without the directory of the database, calls are the plugin's
    machine.run("mkdir", "-p", "-m", "0700", "/var/lib/cni-kindnet");
    Path program = Dist.agent().resolve("bin/kindnetd");
    Daemon agent =
        machine.start(
            program.toString(),
            "--hostname-override=node",
            "--master=http://127.0.0.1:1",
            "--masquerading=false",
            "--cni-conf-dir=/etc/cni/net.d");
    try {
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(machine.tryRun("test", "-S", "/run/kindnet/cni.sock").succeeded())
                  .as(agent.output())
                  .isTrue());
      return agent;
    } catch (AssertionError silent) {
      agent.close();
      throw silent;
    }
  }
}
