package io.kindnet.kindnetd.networkpolicy.domains;

import io.kindnet.kindnetd.networkpolicy.compiler.DomainSet;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What packets have put into a set, as far as it was looked at: for when somebody takes it away.
 * Not thread-safe. All times are nanoseconds of one clock of the caller.
 */
final class ConnectionSet {
  private static final long SHORT = TimeUnit.SECONDS.toNanos(2);

  private final DomainSet set;
  private final Map<Value, Long> seen = new HashMap<>();

  ConnectionSet(DomainSet set) {
    this.set = set;
  }

  /**
   * One that begins with what is in others.
   *
   * @param connected what is in those
   * @param names those that addresses have, or had lately
   */
  static ConnectionSet of(
      DomainSet set, List<Element> connected, Map<InetAddress, String> names, long now) {
    DomainMatcher<DomainSet> matcher = DomainMatcher.of(Map.of(set, set.names()));
    ConnectionSet connections = new ConnectionSet(set);
    connections.see(
        connected.stream()
            .filter(element -> element.key().length() == set.family().bytes())
            .filter(element -> matcher.matches(names.getOrDefault(AnswerSet.address(element), ".")))
            .toList(),
        now);
    return connections;
  }

  DomainSet set() {
    return set;
  }

  /** These are in it. */
  void see(Collection<Element> kernel, long now) {
    for (Element element : kernel) {
      if (element.expiration() != null) {
        seen.put(element.key(), now + element.expiration().toNanos());
      }
    }
  }

  /** All that was seen and has not gone by itself. */
  List<Element> elements(long now) {
    return elements(seen.keySet(), now);
  }

  /** What is missing; what is there was put there by packets. */
  List<Element> compare(Collection<Element> kernel, long now) {
    Set<Value> missing = new HashSet<>(seen.keySet());
    kernel.forEach(element -> missing.remove(element.key()));
    see(kernel, now);
    seen.values().removeIf(until -> until < now);
    return elements(missing, now);
  }

  private List<Element> elements(Collection<Value> keys, long now) {
    List<Element> elements = new ArrayList<>();
    for (Value key : keys) {
      long left = seen.getOrDefault(key, now) - now;
      if (left > SHORT) {
        elements.add(
            Element.of(key).withTimeout(Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(left))));
      }
    }
    return elements;
  }
}
