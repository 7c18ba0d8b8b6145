package io.kindnet.kindnetd.packets;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A line in the text form of Kubernetes' structured logs. */
public final class TextLine implements LogLine {
  private final Consumer<String> log;
  private final StringBuilder line = new StringBuilder();

  /**
   * @param log takes the line, without its end
   */
  public TextLine(Consumer<String> log, String message) {
    this.log = log;
    line.append(quoted(message));
  }

  @Override
  public LogLine text(String key, String value) {
    return raw(key, quoted(value));
  }

  @Override
  public LogLine number(String key, long value) {
    return raw(key, Long.toString(value));
  }

  @Override
  public LogLine list(String key, List<String> values) {
    return raw(
        key, values.stream().map(TextLine::quoted).collect(Collectors.joining(",", "[", "]")));
  }

  @Override
  public LogLine side(String key, InetAddress address, Optional<String> pod) {
    pod.ifPresent(name -> text(key, name));
    return text(key + "IP", IpAddresses.format(address));
  }

  @Override
  public void write() {
    log.accept(line.toString());
  }

  private LogLine raw(String key, String value) {
    line.append(' ').append(key).append('=').append(value);
    return this;
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
