package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.kindnetd.packets.JsonLine;
import io.kindnet.kindnetd.packets.LogLine;
import io.kindnet.kindnetd.packets.TextLine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;

/** Writes what is denied, a line each. */
final class DenialLines {
  private final Function<String, LogLine> begin;

  private DenialLines(Function<String, LogLine> begin) {
    this.begin = begin;
  }

  /** Lines for people. */
  static DenialLines text(Consumer<String> log) {
    return new DenialLines(message -> new TextLine(log, message));
  }

  /** Lines for programs. */
  static DenialLines json(InstantSource clock, Consumer<String> out) {
    return new DenialLines(message -> new JsonLine(out, clock.instant(), 0, message));
  }

  /** One connection. */
  void denied(Denial denial) {
    LogLine line =
        begin
            .apply("Denied by network policy")
            .text("direction", denial.direction().name().toLowerCase(Locale.ROOT))
            .side("pod", denial.pod().address(), denial.pod().name())
            .side("peer", denial.peer().address(), denial.peer().name())
            .transport(denial.header())
            .text("reason", denial.reason().kind().toString())
            .list("policies", denial.reason().policies());
    if (denial.reason().kind() == DenyReason.Kind.UNKNOWN) {
      line.text("chain", denial.chain());
    }
    line.write();
  }

  /**
   * Some connections have no line.
   *
   * @param count how many packets of such connections there were
   * @param time in which
   */
  void leftOut(long count, Duration time) {
    begin
        .apply("Denied packets without a line")
        .number("count", count)
        .number("seconds", time.toSeconds())
        .write();
  }
}
