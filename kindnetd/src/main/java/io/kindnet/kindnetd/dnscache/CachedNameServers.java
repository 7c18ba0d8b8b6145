package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.dnscache.kernel.DnsTable;
import io.kindnet.kindnetd.dnscache.resolver.AnswerWatch;
import io.kindnet.kindnetd.dnscache.resolver.CachingResolver;
import io.kindnet.kindnetd.dnscache.resolver.NameServer;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.resolver.ResolverOptions;
import io.kindnet.kindnetd.dnscache.resolver.ServerListener;
import io.kindnet.kindnetd.dnscache.server.DnsServer;
import io.kindnet.kindnetd.dnscache.server.ServerLimits;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.libc.KernelException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name servers in whose place the cache answers: what listens at their addresses, and the
 * resolver that answers or asks them. For one thread at a time.
 */
final class CachedNameServers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CachedNameServers.class);

  /** Longer than what a server is waited for. */
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(3);

  private final Resolver resolver;
  private final DnsServer server;
  private final Map<InetAddress, NameServer> open = new LinkedHashMap<>();

  private CachedNameServers(Resolver resolver, DnsServer server) {
    this.resolver = resolver;
    this.server = server;
  }

  /**
   * Starts the threads, in the network namespace of the calling one; none listens to anything yet.
   *
   * @param watch is told of answers before clients get them
   */
  static CachedNameServers start(ResolverOptions options, AnswerWatch watch) {
    Resolver resolver = new CachingResolver(options, new LoggedSilence(), watch);
    return new CachedNameServers(
        resolver, new DnsServer(resolver, DnsTable.MARK, ServerLimits.DEFAULTS));
  }

  /** By any thread. */
  Resolver resolver() {
    return resolver;
  }

  /** By any thread. */
  DnsServer server() {
    return server;
  }

  /** Those that are listened at. */
  Set<InetAddress> addresses() {
    return Set.copyOf(open.keySet());
  }

  /**
   * Listens at these, too.
   *
   * @return what is not listened at, and why
   */
  List<String> open(Set<InetAddress> wanted) {
    List<String> refused = new ArrayList<>();
    for (InetAddress address : wanted) {
      if (!open.containsKey(address)) {
        NameServer added = resolver.add(new InetSocketAddress(address, DnsTable.PORT));
        try {
          server.open(added);
          open.put(address, added);
          log.info("answers of name server {} are cached", IpAddresses.format(address));
        } catch (KernelException refusal) {
          resolver.remove(added);
          refused.add(
              "answers of name server "
                  + IpAddresses.format(address)
                  + " are not cached: "
                  + refusal.getMessage());
        }
      }
    }
    return refused;
  }

  /**
   * Listens at the others no more, where nothing comes any more: answers what has come, and forgets
   * what they have answered.
   *
   * @return whether all was answered
   */
  boolean closeAllBut(Set<InetAddress> left) throws InterruptedException {
    List<NameServer> closing = new ArrayList<>();
    for (InetAddress address : List.copyOf(open.keySet())) {
      NameServer named = open.get(address);
      if (named != null && !left.contains(address)) {
        open.remove(address);
        closing.add(named);
        log.info("answers of name server {} are not cached any more", IpAddresses.format(address));
      }
    }
    boolean all = server.retire(closing, DRAIN_TIMEOUT);
    closing.forEach(resolver::remove);
    return all;
  }

  /** Ends the threads at once. */
  @Override
  public void close() {
    resolver.close();
    server.close();
  }

  /** A server that does not answer is no fault of the agent. */
  private static final class LoggedSilence implements ServerListener {
    @Override
    public void fellSilent(NameServer server) {
      log.warn("name server {} does not answer", DnsCacheReport.format(server.address()));
    }

    @Override
    public void answersAgain(NameServer server) {
      log.info("name server {} answers again", DnsCacheReport.format(server.address()));
    }
  }
}
