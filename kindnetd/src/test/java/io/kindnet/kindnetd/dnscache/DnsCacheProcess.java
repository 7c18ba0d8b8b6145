package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.SharedNftables;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.route.RouteSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The agent as a process of its own, for those who kill it. Ends when its input does. */
final class DnsCacheProcess {
  private DnsCacheProcess() {}

  public static void main(String[] addresses) throws Exception {
    InetAddress[] servers =
        Arrays.stream(addresses).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    try (RouteSocket routes = RouteSocket.open();
        SharedNftables nftables = new SharedNftables(NftablesSocket::open);
        KernelWatch<NftablesEvents.Events> tableEvents =
            KernelWatch.ofNftables(() -> NftablesEvents.excludingOwn(nftables.get().portId()));
        var routeEvents = KernelWatch.ofRoutes(routes);
        DnsCacheAgent agent =
            new DnsCacheAgent(
                new DnsCacheOptions(true, List.of(), Duration.ofHours(1)),
                new FixedNameServers(servers),
                /* byPolicies= */ false,
                new DomainAddresses(nftables),
                List.of("knet*"),
                routes,
                routeEvents,
                75,
                nftables,
                tableEvents,
                new Status("test"))) {
      agent.start();
      while (System.in.read() >= 0) {
        // goes on
      }
    }
  }
}
