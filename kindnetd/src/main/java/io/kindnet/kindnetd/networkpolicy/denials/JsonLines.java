package io.kindnet.kindnetd.networkpolicy.denials;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.ip.IpAddresses;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Lines in the JSON form of the logs of Kubernetes' components: {@code ts}, milliseconds since
 * 1970; {@code v}, the verbosity; {@code msg}, and keys with values; an object is known by {@code
 * namespace} and {@code name} (k8s.io/component-base/logs/json, k8s.io/klog {@code ObjectRef}).
 */
final class JsonLines implements DenialLines {
  private static final int MICRO_DIGITS = 3;

  private final InstantSource clock;
  private final Consumer<String> out;

  /**
   * @param out takes each line, without its end
   */
  JsonLines(InstantSource clock, Consumer<String> out) {
    this.clock = clock;
    this.out = out;
  }

  @Override
  public void denied(Denial denial) {
    ObjectNode line = begin("Denied by network policy");
    line.put("direction", denial.direction().name().toLowerCase(Locale.ROOT));
    side(line, "pod", denial.pod());
    side(line, "peer", denial.peer());
    PacketHeader header = denial.header();
    line.put("protocol", header.protocolName());
    number(line, "sourcePort", header.sourcePort());
    number(line, "port", header.destinationPort());
    number(line, "icmpType", header.icmpType());
    number(line, "icmpCode", header.icmpCode());
    line.put("reason", denial.reason().kind().toString());
    denial.reason().policies().forEach(line.putArray("policies")::add);
    if (denial.reason().kind() == DenyReason.Kind.UNKNOWN) {
      line.put("chain", denial.chain());
    }
    out.accept(line.toString());
  }

  @Override
  public void leftOut(long count, Duration time) {
    ObjectNode line = begin("Denied packets without a line");
    line.put("count", count).put("seconds", time.toSeconds());
    out.accept(line.toString());
  }

  private ObjectNode begin(String message) {
    Instant now = clock.instant();
    long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("ts", BigDecimal.valueOf(micros, MICRO_DIGITS));
    return line.put("v", 0).put("msg", message);
  }

  private static void side(ObjectNode line, String key, Denial.Side side) {
    side.name()
        .ifPresent(name -> {
          int slash = name.indexOf('/');
          line.putObject(key)
              .put("name", name.substring(slash + 1))
              .put("namespace", name.substring(0, Math.max(0, slash)));
        });
    line.put(key + "IP", IpAddresses.format(side.address()));
  }

  private static void number(ObjectNode line, String key, int value) {
    if (value != PacketHeader.NONE) {
      line.put(key, value);
    }
  }
}
