package io.kindnet.kindnetd.cni;

import io.kindnet.cni.kill.KillPoint;
import io.kindnet.cni.kill.Killer;
import io.kindnet.kindnetd.metrics.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The agent's server as a process that is killed in the middle of a call: {@code KilledAgent SOCKET
 * STEP TIME}. Without a rehearsal, which takes the most time.
 */
final class KilledAgent {
  private KilledAgent() {}

  public static void main(String[] arguments) throws IOException {
    SocketFile socket = new SocketFile(Path.of(arguments[0]));
    Killer killer = new Killer(new KillPoint(arguments[1], Integer.parseInt(arguments[2])));
    CallRecord record = new CallRecord("killed", new Status("killed"), Map::of);
    new Reception(socket, new CallDesk(record, killer::reached)).run();
  }
}
