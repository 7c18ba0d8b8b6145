package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.protocol.CniEnvironment;
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
final class CallLog {
  private final @Nullable String file;
  private final String subject;

  private CallLog(@Nullable String file, String subject) {
    this.file = file;
    this.subject = subject;
  }

  static CallLog of(CniEnvironment environment) {
    String verb = environment.command().name();
    return new CallLog(
        environment.logFile(),
        environment.command().isAboutOneContainer()
            ? verb + " " + environment.attachment() + " netns '" + environment.netns() + "'"
            : verb);
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
