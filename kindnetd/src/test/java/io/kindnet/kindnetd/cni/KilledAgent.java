package io.kindnet.kindnetd.cni;

import io.kindnet.cni.steps.Step;
import io.kindnet.cni.steps.StepListener;
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
    Killer killer = new Killer(arguments[1], Integer.parseInt(arguments[2]));
    CallRecord record = new CallRecord("killed", new Status("killed").calls(Map::of));
    new Reception(socket, new CallDesk(record, killer)).run();
  }

  /** Counts to the moment, and lets nothing happen after it. */
  private static final class Killer implements StepListener {
    private final String name;
    private final int last;
    private int time;

    Killer(String name, int last) {
      this.name = name;
      this.last = last;
    }

    @Override
    public void reached(Step step) {
      synchronized (this) {
        boolean isMeant = name.equals(KillPoint.ANY) || name.equals(step.name());
        if (!isMeant || ++time != last) {
          return;
        }
      }
      String self = Long.toString(ProcessHandle.current().pid());
      try {
        new ProcessBuilder("kill", "-KILL", self).start().waitFor();
      } catch (IOException | InterruptedException e) {
        throw new AssertionError("cannot send a signal", e);
      }
      throw new AssertionError("lives on after SIGKILL");
    }
  }
}
