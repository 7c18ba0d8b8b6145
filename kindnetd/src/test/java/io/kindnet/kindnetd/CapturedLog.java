package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What this process logs, from its start to its end. */
public final class CapturedLog implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private CapturedLog() {}

  /** Captures the log from now on. */
  public static CapturedLog start() {
    CapturedLog log = new CapturedLog();
    System.setErr(new PrintStream(log.bytes, /* autoFlush= */ true, UTF_8));
    return log;
  }

  /** The lines so far that have {@code text} in them. */
  public List<String> linesWith(String text) {
    return bytes.toString(UTF_8).lines().filter(line -> line.contains(text)).toList();
  }

  @Override
  public void close() {
    System.setErr(before);
    before.print(bytes.toString(UTF_8));
  }
}
