package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.protocol.CniEnvironment;
import io.kindnet.cni.steps.Step;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.cni.store.ExecutionMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one call in the file that {@code CNI_LOG_FILE} names. Without it, and where it
 * cannot be written, the call is silent: a log must not keep a pod from its network.
 */
final class CallLog implements StepListener {
  private static final int NANOS_PER_MICRO = 1_000;
  private static final int MICROS_PER_MILLI = 1_000;

  private final long begin = System.nanoTime();
  private final @Nullable String file;
  private final String subject;
  private final ExecutionMode way;
  private final @Nullable StepListener listener;

  private CallLog(
      @Nullable String file, String subject, ExecutionMode way, @Nullable StepListener listener) {
    this.way = way;
    this.file = file;
    this.subject = subject;
    this.listener = listener;
  }

  /**
   * The log of one call.
   *
   * @param way who runs it
   * @param listener is told of the steps, too; null for nobody
   */
  static CallLog of(
      CniEnvironment environment, ExecutionMode way, @Nullable StepListener listener) {
    String verb = environment.command().name();
    return new CallLog(
        environment.logFile(),
        environment.command().isAboutOneContainer()
            ? verb + " " + environment.attachment() + " netns '" + environment.netns() + "'"
            : verb,
        way,
        listener);
  }

  /** For work that is no call, and says by its result what it did. */
  static CallLog none() {
    return new CallLog(null, "", ExecutionMode.WARM, null);
  }

  /** Who runs the call. */
  ExecutionMode way() {
    return way;
  }

  /** Appends the name of the step and how long after the beginning of the call it was done. */
  @Override
  public void reached(Step step) {
    if (file != null) {
      long micros = (System.nanoTime() - begin) / NANOS_PER_MICRO;
      String rest = Long.toString(MICROS_PER_MILLI + micros % MICROS_PER_MILLI).substring(1);
      append(file, step + " after " + micros / MICROS_PER_MILLI + "." + rest + " ms\n");
    }
    if (listener != null) {
      listener.reached(step);
    }
  }

  /** Appends one line: time, what the call is about, {@code text}. */
  void line(String text) {
    if (file != null) {
      append(file, text + "\n");
    }
  }

  /** Appends a line and where {@code thrown} was thrown. */
  void failure(String text, Throwable thrown) {
    if (file != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      append(file, text + ": " + trace);
    }
  }

  /** In one write, so that calls at the same time do not mix. */
  private void append(String name, String text) {
    String entry = Instant.now() + " " + subject + ": " + text;
    try {
      Files.write(
          Path.of(name),
          entry.getBytes(UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.APPEND);
    } catch (IOException | IllegalArgumentException e) {
      // see above
    }
  }
}
