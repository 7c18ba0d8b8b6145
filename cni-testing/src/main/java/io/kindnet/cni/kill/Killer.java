package io.kindnet.cni.kill;

import java.io.IOException;

/** Kills the process that it is in at a moment, and lets nothing happen after it. */
public final class Killer {
  private final KillPoint point;
  private int time;

  /** Of this process, at {@code point}. */
  public Killer(KillPoint point) {
    this.point = point;
  }

  /** To be told of each step of each call. */
  public void reached(Enum<?> step) {
    if (!isDue(step)) {
      return;
    }
    try {
      String self = Long.toString(ProcessHandle.current().pid());
      new ProcessBuilder("kill", "-KILL", self).start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("cannot send a signal", e);
    }
    throw new AssertionError("lives on after SIGKILL");
  }

  private synchronized boolean isDue(Enum<?> step) {
    return point.isAt(step) && ++time == point.time();
  }
}
