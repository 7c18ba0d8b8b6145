package io.kindnet.kindnetd.nat64;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.AgentProcess;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pod that has IPv6 only fetches from a server by a name that has an address of IPv4 only. It
 * asks CoreDNS, which is in such a pod, too, and asks a name server that has IPv4 only. The
 * configuration of CoreDNS is the one of {@code docs/nat64.md}.
 */
@NetworkNamespaces
@Tag("bpf")
@Tag("tproxy")
class Dns64IT {
  private static final String DNS_POD = "fd00:10:244::53";
  private static final String WEB = "web.example";
  private static final String SYNTHESISED = "64:ff9b::c633:6409";

  private final Namespace pod;
  private final Path directory;
  private final Nat64Cluster cluster;

  Dns64IT(
      Namespace node,
      Namespace pod,
      Namespace dnsPod,
      Namespace router,
      Namespace server,
      @TempDir Path directory)
      throws IOException {
    this.pod = pod;
    this.directory = directory;
    cluster = new Nat64Cluster(node, router, server, directory);
    cluster.plug("knet1", pod, Nat64Node.POD);
    cluster.plug("knet2", dnsPod, DNS_POD);
    cluster.addPod("client", Nat64Node.POD);
    cluster.addPod("coredns", DNS_POD);
    Ipv4Services.start(server, directory);
    CoreDns.start(dnsPod, directory, "dns64", documented());
    Files.writeString(directory.resolve("resolv.conf"), "nameserver " + DNS_POD + "\n");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  /** With the name server of this test in the place of the one of the documentation. */
  private static String documented() throws IOException {
    String page =
        Files.readString(
            Path.of(System.getProperty("kindnet.tools", "target/tools"), "../../docs/nat64.md"));
    int begin = page.indexOf(".:53 {");
    String block = page.substring(begin, page.indexOf("```", begin));
    assertThat(block).contains("forward . 64:ff9b::203.0.113.53");
    return block.replace("203.0.113.53", Nat64Node.SERVER);
  }

  private String addresses(String name) {
    return pod.run("dig", "+short", "+tries=2", "+time=2", "@" + DNS_POD, name, "AAAA").strip();
  }

  /** With the resolver of the C library. */
  private String fetch(String url) {
    return pod.run(
        "unshare",
        "--mount",
        "sh",
        "-c",
        "mount --bind \"$0\" /etc/resolv.conf && exec curl --silent --show-error \"$1\"",
        directory.resolve("resolv.conf").toString(),
        url);
  }

  @Test
  void namesOfIpv4HaveAddressesInThePrefix() {
    try (AgentProcess agent = cluster.agent()) {
      Eventually.within(
          Nat64Cluster.DEADLINE,
          () -> assertThat(addresses(WEB)).as(agent.log()).isEqualTo(SYNTHESISED));
      assertThat(addresses("both.example")).as("what has IPv6").isEqualTo("2001:db8::9");
      assertThat(fetch("http://" + WEB + "/page")).isEqualTo("of IPv4\n");
    }
  }

  @Test
  void theCacheOfTheNodeMayBeInBetween() {
    try (AgentProcess agent =
        cluster.agent("--dns-caching", "--dns-caching-nameservers=" + DNS_POD)) {
      Eventually.within(
          Nat64Cluster.DEADLINE,
          () -> {
            assertThat(addresses(WEB)).as(agent.log()).isEqualTo(SYNTHESISED);
            assertThat(agent.get("/metrics"))
                .containsPattern("kindnet_dns_cache_hits_total\\{kind=\"records\"} [1-9]");
          });
      assertThat(fetch("http://" + WEB + "/page")).isEqualTo("of IPv4\n");
    }
  }
}
