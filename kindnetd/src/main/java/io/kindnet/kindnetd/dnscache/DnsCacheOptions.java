package io.kindnet.kindnetd.dnscache;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * How DNS answers are cached.
 *
 * @param enabled {@code --dns-caching}
 * @param nameServers {@code --dns-caching-nameservers}; none for those of the Service {@code
 *     kube-system/kube-dns}
 * @param maxTtl {@code --dns-caching-max-ttl}
 */
public record DnsCacheOptions(boolean enabled, List<InetAddress> nameServers, Duration maxTtl) {
  /** Copies the list. */
  public DnsCacheOptions {
    nameServers = List.copyOf(nameServers);
  }
}
