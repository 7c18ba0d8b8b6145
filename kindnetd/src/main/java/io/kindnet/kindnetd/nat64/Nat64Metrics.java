package io.kindnet.kindnetd.nat64;

import io.kindnet.kindnetd.status.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** What is shown of NAT64: counted by the kernel, and asked for whenever it is shown. */
final class Nat64Metrics {
  private Nat64Metrics() {}

  /**
   * Shows it.
   *
   * @param rules what the rules have counted; nothing where there are none
   * @param programs what the programs have counted; nothing where none is loaded
   */
  static void show(
      Status status, Supplier<Nat64Counts> rules, Supplier<Map<PacketCounter, Count>> programs) {
    status.counter(
        "kindnet_nat64_connections_total",
        "Connections that pods have made by NAT64.",
        List.of("protocol"),
        () -> {
          Map<List<String>, Long> connections = new HashMap<>();
          rules.get().connections().forEach((key, value) -> connections.put(List.of(key), value));
          return connections;
        });
    status.counter(
        "kindnet_nat64_packets_total",
        "Packets that were translated, by the family that they had afterwards.",
        List.of("to"),
        () -> translated(programs.get(), Count::packets));
    status.counter(
        "kindnet_nat64_bytes_total",
        "Bytes of IP that were translated, by the family that they had afterwards.",
        List.of("to"),
        () -> translated(programs.get(), Count::bytes));
    status.counter(
        "kindnet_nat64_refused_packets_total",
        "Packets that NAT64 did not let through, by reason.",
        List.of("reason"),
        () -> refused(rules.get(), programs.get()));
  }

  private static Map<List<String>, Long> translated(
      Map<PacketCounter, Count> counts, Function<Count, Long> part) {
    Map<List<String>, Long> values = new HashMap<>();
    counts.forEach((counter, count) -> {
      if (counter == PacketCounter.TO_IPV4 || counter == PacketCounter.TO_IPV6) {
        values.put(List.of(counter == PacketCounter.TO_IPV4 ? "ipv4" : "ipv6"), part.apply(count));
      }
    });
    return values;
  }

  private static Map<List<String>, Long> refused(
      Nat64Counts rules, Map<PacketCounter, Count> programs) {
    Map<List<String>, Long> values = new HashMap<>();
    rules.refused().forEach((reason, count) -> values.put(List.of(reason), count));
    programs.forEach((counter, count) -> {
      if (counter != PacketCounter.TO_IPV4 && counter != PacketCounter.TO_IPV6) {
        values.put(List.of(counter.label()), count.packets());
      }
    });
    return values;
  }
}
