package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** The agent that caches DNS answers, and what it knows of the cluster. */
public final class DnsCaching implements AutoCloseable {
  private final DnsCacheOptions options;
  private final ServiceNameServers nameServers;
  private final DnsCacheAgent agent;

  /**
   * Starts nothing yet.
   *
   * @param serviceRanges where Services have their addresses, as far as that is known
   * @param machines how many do the same
   * @param byPolicies whether network policies are enforced
   * @param domains is told the addresses in answers before pods get these
   * @param podLinks the names of the interfaces by which pods of this node send; one that ends with
   *     {@code *} stands for all that begin so
   * @param socket the network namespace; stays the caller's to close
   * @param routeEvents what others than {@code socket} do there
   * @param routeProtocol the number that our routes and rules are told by
   * @param nftables gives the socket of that network namespace; stays the caller's to close
   * @param tableEvents what others than {@code nftables} do there
   */
  public DnsCaching(
      DnsCacheOptions options,
      ApiClient client,
      Supplier<Set<IpPrefix>> serviceRanges,
      IntSupplier machines,
      boolean byPolicies,
      DomainAddresses domains,
      List<String> podLinks,
      RouteSocket socket,
      KernelWatch<RouteEvents.Batch> routeEvents,
      int routeProtocol,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> tableEvents,
      Status status) {
    this.options = options;
    this.nameServers =
        new ServiceNameServers(client, options.nameServers(), serviceRanges, status, machines);
    this.agent =
        new DnsCacheAgent(
            options,
            nameServers,
            byPolicies,
            domains,
            podLinks,
            socket,
            routeEvents,
            routeProtocol,
            nftables,
            tableEvents,
            status);
  }

  /** The agent. */
  public DnsCacheAgent agent() {
    return agent;
  }

  /** Is to be told which policies are in force. */
  public EnforcementListener policies() {
    return options.enabled() ? agent.flows() : EnforcementListener.NONE;
  }

  /**
   * Watches the name servers from now on, if answers are cached.
   *
   * @param lookAgain has policies looked at again; it must be quick
   */
  public void start(Runnable lookAgain) {
    if (options.enabled()) {
      agent.flows().onUnknown(lookAgain);
      nameServers.start();
    }
  }

  @Override
  public void close() {
    nameServers.close();
  }
}
