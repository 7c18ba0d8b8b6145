package io.kindnet.cni;

import io.kindnet.cni.steps.Step;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.cni.store.Patience;
import io.kindnet.cni.store.Way;
import java.io.IOException;

/**
 * The plugin as a process that is killed in the middle: {@code KilledCall STEP TIME}. Its
 * environment and standard input are those of the call.
 */
final class KilledCall {
  /** Of a process that reached its end. */
  static final int SURVIVED = 3;

  private KilledCall() {}

  public static void main(String[] arguments) throws IOException {
    KillPoint point = new KillPoint(Step.valueOf(arguments[0]), Integer.parseInt(arguments[1]));
    Reply reply =
        CniCall.answer(
            System.getenv(),
            System.in.readAllBytes(),
            Kernel::open,
            Patience.USUAL,
            Way.COLD,
            new Killer(point));
    System.out.print(reply.document());
    System.exit(SURVIVED);
  }

  /** Counts to the moment, and lets nothing happen after it. */
  private static final class Killer implements StepListener {
    private final KillPoint point;
    private int time;

    Killer(KillPoint point) {
      this.point = point;
    }

    @Override
    public void reached(Step step) {
      if (step == point.step() && ++time == point.time()) {
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
}
