package io.kindnet.cni.kill;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process on the plugin's own runtime, jar, options and cache, that a {@link Killer} ends. */
public final class Victim {
  private static final int DEADLINE_SECONDS = 60;

  /** What Java says of a process that SIGKILL ended. */
  private static final int KILLED = 128 + 9;

  private Victim() {}

  /**
   * What starts it.
   *
   * @param dist the plugin's directory, as {@code make dist} makes it
   * @param main a class of the tests, which stand behind the plugin's jar
   * @param point the last two of its arguments
   */
  public static List<String> command(
      Path dist, Class<?> main, List<String> arguments, KillPoint point) {
    Path home = dist.resolve("lib/cni-kindnet");
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("runtime/bin/java").toString(),
                "-XX:AOTCache=" + home.resolve("cni-kindnet.aot"),
                "@" + home.resolve("jvm.options"),
                "-Djffi.boot.library.path=" + home.resolve("native"),
                "-Dorg.sqlite.lib.path=" + home.resolve("native"),
                "-classpath",
                home.resolve("cni-kindnet.jar")
                    + File.pathSeparator
                    + System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(arguments);
    command.addAll(List.of(point.step(), Integer.toString(point.time())));
    return command;
  }

  /** Waits for the end, which has to be by SIGKILL; {@code description} is for who reads of it. */
  public static void awaitKilled(Process process, String description) {
    try {
      if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(description + " lives on");
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
    if (process.exitValue() != KILLED) {
      throw new AssertionError(
          description + " ended with " + process.exitValue() + ", not by SIGKILL");
    }
  }
}
