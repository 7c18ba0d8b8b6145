package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.kill.KillPoint;
import io.kindnet.cni.kill.Killer;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The agent's server with the agents that enforce network policies, as a process that is killed in
 * the middle of a call: {@code KilledEnforcer DIRECTORY POD STEP TIME}. In {@code default}, nobody
 * may send or be sent to; the API server has the Pod {@code POD} of it.
 */
final class KilledEnforcer {
  private static final Duration SOON = Duration.ofMinutes(1);

  private KilledEnforcer() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    EnforcingAgents agents = new EnforcingAgents();
    PodPolicies gate = agents.start(directory, "");
    agents.denyAllIn("default");
    agents.show("default", arguments[1]);
    agents.list();
    Eventually.within(SOON, () -> assertThat(agents.problem()).isEmpty());
    Killer killer = new Killer(new KillPoint(arguments[2], Integer.parseInt(arguments[3])));
    CallStatistics record = new CallStatistics("killed", new Status("killed"), Map::of);
    SocketFile socket = new SocketFile(directory.resolve("socket"));
    new CallServer(socket, new CallExecutor(record, gate, killer::reached)).run();
  }
}
