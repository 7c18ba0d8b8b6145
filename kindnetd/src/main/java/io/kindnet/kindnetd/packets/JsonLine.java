package io.kindnet.kindnetd.packets;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.ip.IpAddresses;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A line in the JSON form of the logs of Kubernetes' components: {@code ts}, milliseconds since
 * 1970; {@code v}, the verbosity; {@code msg}, and keys with values; an object is known by {@code
 * namespace} and {@code name} (k8s.io/component-base/logs/json, k8s.io/klog {@code ObjectRef}).
 */
public final class JsonLine implements LogLine {
  private static final int MICRO_DIGITS = 3;

  private final Consumer<String> out;
  private final ObjectNode line = JsonNodeFactory.instance.objectNode();

  /**
   * @param out takes the line, without its end
   * @param verbosity from which it is written
   */
  public JsonLine(Consumer<String> out, Instant time, int verbosity, String message) {
    this.out = out;
    long micros = time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
    line.put("ts", BigDecimal.valueOf(micros, MICRO_DIGITS));
    line.put("v", verbosity).put("msg", message);
  }

  @Override
  public LogLine text(String key, String value) {
    line.put(key, value);
    return this;
  }

  @Override
  public LogLine number(String key, long value) {
    line.put(key, value);
    return this;
  }

  @Override
  public LogLine list(String key, List<String> values) {
    values.forEach(line.putArray(key)::add);
    return this;
  }

  @Override
  public LogLine side(String key, InetAddress address, Optional<String> pod) {
    pod.ifPresent(name -> {
      int slash = name.indexOf('/');
      line.putObject(key)
          .put("name", name.substring(slash + 1))
          .put("namespace", name.substring(0, Math.max(0, slash)));
    });
    return text(key + "IP", IpAddresses.format(address));
  }

  @Override
  public void write() {
    out.accept(line.toString());
  }
}
