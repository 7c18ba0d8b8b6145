package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.kill.KillPoint;
import io.kindnet.cni.kill.Killer;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.kindnetd.status.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The agent's server as a process that is killed in the middle of a call: {@code KilledAgent SOCKET
 * STEP TIME}. Without a warm-up, which takes the most time.
 */
final class KilledAgent {
  private KilledAgent() {}

  public static void main(String[] arguments) throws IOException {
    SocketFile socket = new SocketFile(Path.of(arguments[0]));
    Killer killer = new Killer(new KillPoint(arguments[1], Integer.parseInt(arguments[2])));
    CallStatistics record = new CallStatistics("killed", new Status("killed"), Map::of);
    new CallServer(socket, new CallExecutor(record, PodPolicies.NONE, killer::reached)).run();
  }
}
