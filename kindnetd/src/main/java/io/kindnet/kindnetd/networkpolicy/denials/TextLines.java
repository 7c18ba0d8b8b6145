package io.kindnet.kindnetd.networkpolicy.denials;

import io.kindnet.netlink.ip.IpAddresses;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Lines in the text form of Kubernetes' structured logs: a message, then keys with values. */
final class TextLines implements DenialLines {
  private final Consumer<String> log;

  TextLines(Consumer<String> log) {
    this.log = log;
  }

  @Override
  public void denied(Denial denial) {
    StringBuilder line = new StringBuilder("\"Denied by network policy\"");
    text(line, "direction", denial.direction().name().toLowerCase(Locale.ROOT));
    side(line, "pod", denial.pod());
    side(line, "peer", denial.peer());
    PacketHeader header = denial.header();
    text(line, "protocol", header.protocolName());
    number(line, "sourcePort", header.sourcePort());
    number(line, "port", header.destinationPort());
    number(line, "icmpType", header.icmpType());
    number(line, "icmpCode", header.icmpCode());
    text(line, "reason", denial.reason().kind().toString());
    line.append(" policies=").append(list(denial.reason().policies()));
    if (denial.reason().kind() == DenyReason.Kind.UNKNOWN) {
      text(line, "chain", denial.chain());
    }
    log.accept(line.toString());
  }

  @Override
  public void leftOut(long count, Duration time) {
    StringBuilder line = new StringBuilder("\"Denied packets without a line\"");
    line.append(" count=").append(count).append(" seconds=").append(time.toSeconds());
    log.accept(line.toString());
  }

  private static void side(StringBuilder line, String key, Denial.Side side) {
    side.name().ifPresent(name -> text(line, key, name));
    text(line, key + "IP", IpAddresses.format(side.address()));
  }

  private static void number(StringBuilder line, String key, int value) {
    if (value != PacketHeader.NONE) {
      line.append(' ').append(key).append('=').append(value);
    }
  }

  private static void text(StringBuilder line, String key, String value) {
    line.append(' ').append(key).append('=').append(quoted(value));
  }

  private static String list(List<String> values) {
    return values.stream().map(TextLines::quoted).collect(Collectors.joining(",", "[", "]"));
  }

  /** What comes out of a packet or a chain's name must not end the line. */
  private static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    value
        .chars()
        .forEach(c -> {
          if (c == '"' || c == '\\') {
            quoted.append('\\');
          }
          quoted.append(Character.isISOControl(c) ? '?' : (char) c);
        });
    return quoted.append('"').toString();
  }
}
