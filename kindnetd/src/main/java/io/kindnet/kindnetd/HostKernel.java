package io.kindnet.kindnetd;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.SharedNftables;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.NetconfEvents;
import io.kindnet.netlink.route.RouteEvents;
import io.kindnet.netlink.route.RouteSocket;

/**
 * The kernel's side of this network namespace, which the agents share.
 *
 * @param routes links, addresses and routes
 * @param nftables opened by the first agent that needs it
 * @param addressNftables for addresses that answers of name servers wait for, and not for the long
 *     lists of others
 * @param routeEvents what others do to links, addresses and routes
 * @param netconfEvents what is done to the settings of links
 * @param nftablesEvents what others do to rules
 */
record HostKernel(
    RouteSocket routes,
    SharedNftables nftables,
    SharedNftables addressNftables,
    KernelWatch<RouteEvents.Batch> routeEvents,
    KernelWatch<NetconfEvents.Batch> netconfEvents,
    KernelWatch<NftablesEvents.Events> nftablesEvents)
    implements AutoCloseable {

  /** Opens it, and shows in {@code status} how much is asked of it. */
  static HostKernel open(Status status) {
    RouteSocket routes = RouteSocket.open();
    SharedNftables nftables = new SharedNftables(NftablesSocket::open);
    KernelMessages.show(status, routes.requests(), nftables);
    return new HostKernel(
        routes,
        nftables,
        new SharedNftables(NftablesSocket::open),
        KernelWatch.ofRoutes(routes),
        KernelWatch.ofNetconf(routes),
        KernelWatch.ofNftables(() -> NftablesEvents.excludingOwn(nftables.get().portId())));
  }

  @Override
  public void close() {
    try (routes;
        nftables;
        addressNftables;
        routeEvents;
        netconfEvents;
        nftablesEvents) {
      // the last one first
    }
  }
}
