package io.kindnet.kindnetd.dnscache.server;

import io.kindnet.kindnetd.dnscache.resolver.NameServer;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Listens at the addresses of name servers, over UDP and TCP, and has a resolver answer. For one
 * thread at a time.
 */
public final class DnsServer implements AutoCloseable {
  private final int mark;
  private final TrafficCounts counts = new TrafficCounts();
  private final List<EndpointThread<?>> threads;
  private final Map<NameServer, Endpoint> endpoints = new HashMap<>();

  /**
   * Starts its threads, which listen to nothing yet, in the network namespace of this one.
   *
   * @param mark that its packets have
   */
  public DnsServer(Resolver resolver, int mark, ServerLimits limits) {
    this.mark = mark;
    ClientCounts ofClients = new ClientCounts(limits.questionsOfClient());
    Questions overUdp = new Questions(resolver.newQueryHandler(), ofClients, counts);
    Questions overTcp = new Questions(resolver.newQueryHandler(), ofClients, counts);
    this.threads =
        List.of(
            new EndpointThread<Object>(
                "dns over TCP", poller -> new ConnectionService(poller, overTcp, limits)),
            new EndpointThread<Endpoint>(
                "dns over UDP", poller -> new DatagramService(poller, overUdp)));
  }

  /** The threads that have to be alive. */
  public List<Thread> threads() {
    return threads.stream().map(EndpointThread::thread).toList();
  }

  /** What has come and gone. */
  public TrafficCounts counts() {
    return counts;
  }

  /**
   * Listens at the address of {@code server}, too.
   *
   * @throws io.kindnet.netlink.libc.KernelException {@code EADDRINUSE} if another program does
   */
  public void open(NameServer server) {
    Endpoint endpoint = Endpoint.open(server, mark);
    endpoints.put(server, endpoint);
    threads.forEach(thread -> thread.add(endpoint));
  }

  /**
   * Listens at the addresses of {@code servers} no more, where nothing comes any more: answers what
   * has come, and closes the sockets.
   *
   * @param timeout for the answers; what has none by then stays without
   * @return whether all was answered
   */
  public boolean retire(Collection<NameServer> servers, Duration timeout)
      throws InterruptedException {
    for (NameServer server : servers) {
      Endpoint endpoint = endpoints.get(server);
      if (endpoint != null) {
        endpoint.retire();
      }
    }
    threads.forEach(EndpointThread::wakeUp);
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean all = true;
    for (NameServer server : servers) {
      Endpoint endpoint = endpoints.remove(server);
      all &=
          endpoint == null
              || endpoint.open().await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
    return all;
  }

  /** Closes all sockets at once, and ends the threads. */
  @Override
  public void close() {
    threads.forEach(EndpointThread::close);
  }
}
