package io.kindnet.kindnetd.dnscache;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Name servers that a test chooses, each with one endpoint. */
final class FixedNameServers implements NameServers {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Optional<Set<InetAddress>> addresses;
  private volatile Map<InetAddress, InetSocketAddress> endpoints =
      Map.of(
          DnsNode.SERVICE_V4, new InetSocketAddress(DnsNode.SERVER_V4, DnsNode.SERVER_PORT),
          DnsNode.SERVICE_V6, new InetSocketAddress(DnsNode.SERVER_V6, DnsNode.SERVER_PORT));

  FixedNameServers(InetAddress... addresses) {
    this.addresses = Optional.of(Set.of(addresses));
  }

  void set(InetAddress... now) {
    addresses = Optional.of(Set.of(now));
    listeners.forEach(Runnable::run);
  }

  void endpoints(Map<InetAddress, InetSocketAddress> now) {
    endpoints = now;
    listeners.forEach(Runnable::run);
  }

  @Override
  public Optional<Set<InetAddress>> addresses() {
    return addresses;
  }

  @Override
  public String missing() {
    return "waiting for the test";
  }

  @Override
  public Optional<Set<InetSocketAddress>> endpoints(InetAddress server, String protocol) {
    return Optional.ofNullable(endpoints.get(server)).map(Set::of);
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }
}
