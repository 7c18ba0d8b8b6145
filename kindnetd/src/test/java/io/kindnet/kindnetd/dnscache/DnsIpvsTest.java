package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVER_PORT;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVER_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVER_V6;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V6;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.IpvsServices;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Type;

/**
 * With kube-proxy in IPVS mode, the kernel takes what pods send to a Service before a socket of its
 * address: the servers answer, as without the cache.
 */
@NetworkNamespaces
@Tag("ipvs")
@Tag("tproxy")
class DnsIpvsTest {
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private final DnsNode node;
  private final AtomicInteger asked = new AtomicInteger();
  private final List<ScriptedServer> scripted = new ArrayList<>();

  DnsIpvsTest(Namespace host, Namespace pod, Namespace outside) {
    node = new DnsNode(host, pod, outside, /* bridged= */ false);
    Nft.apply(host, "delete table inet kube-proxy");
    IpvsServices services = IpvsServices.on(host);
    add(services, SERVICE_V4, SERVER_V4);
    add(services, SERVICE_V6, SERVER_V6);
  }

  private void add(IpvsServices services, InetAddress service, InetAddress address) {
    services.add(IpAddresses.format(service), 53, IpAddresses.format(address), SERVER_PORT);
    ScriptedServer server = node.server(address);
    scripted.add(server);
    server.script(query -> {
      asked.incrementAndGet();
      query.answer(records(query.message(), 60, "192.0.2.1"));
    });
  }

  @AfterEach
  void end() throws IOException {
    node.close();
    for (ScriptedServer server : scripted) {
      server.close();
    }
  }

  @Test
  void theServersAnswerAndTheCacheGivesUp() throws IOException {
    askEach("before");
    node.start(node.agent(new FixedNameServers(SERVICE_V4, SERVICE_V6), /* byPolicies= */ false));
    Eventually.within(
        DEADLINE, () -> assertThat(node.table()).contains("elements = { 10.96.0.10 }"));

    Eventually.within(
        DEADLINE,
        () -> {
          askEach("meanwhile");
          assertThat(node.table()).doesNotContain("10.96.0.10", "fd96::10");
        });
    askEach("afterwards");
  }

  private void askEach(String name) throws IOException {
    DnsClient client = node.client();
    for (InetAddress service : List.of(SERVICE_V4, SERVICE_V6)) {
      for (int i = 0; i < 2; i++) {
        int before = asked.get();
        client.ask(service, query(name + ".example.", Type.A));
        client.askOverTcp(service, query(name + ".example.", Type.A));
        assertThat(asked).as("none is answered from a cache").hasValue(before + 2);
      }
    }
  }
}
