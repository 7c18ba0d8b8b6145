package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.DnsNode.SERVER_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVER_V6;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V6;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A {@link DnsNode} with name servers of both families that answer what a test tells them. */
final class ScriptedNode implements AutoCloseable {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));

  final DnsNode node;

  /** How many questions the servers have got. */
  final AtomicInteger asked = new AtomicInteger();

  final FixedNameServers servers = new FixedNameServers(SERVICE_V4, SERVICE_V6);
  private final List<ScriptedServer> scripted = new ArrayList<>();

  /**
   * Has no agent yet.
   *
   * @param bridged whether the pod is on a bridge
   * @param script answers each question
   */
  ScriptedNode(
      Namespace host,
      Namespace pod,
      Namespace outside,
      boolean bridged,
      Consumer<ScriptedServer.Asked> script) {
    node = new DnsNode(host, pod, outside, bridged);
    for (InetAddress address : new InetAddress[] {SERVER_V4, SERVER_V6}) {
      scripted.add(node.server(address));
    }
    script(script);
  }

  /** Has the servers answer so from now on. */
  void script(Consumer<ScriptedServer.Asked> script) {
    for (ScriptedServer server : scripted) {
      server.script(query -> {
        asked.incrementAndGet();
        script.accept(query);
      });
    }
  }

  /** Starts an agent, and waits until it answers the pod. */
  DnsCacheAgent startAgent() {
    DnsCacheAgent agent = node.start(node.agent(servers, /* byPolicies= */ false));
    awaitIntercepted(true);
    return agent;
  }

  void awaitIntercepted(boolean whether) {
    Eventually.within(
        DEADLINE,
        () -> {
          if (whether) {
            assertThat(node.table()).contains("elements = { 10.96.0.10 }");
          } else {
            assertThat(node.table()).doesNotContain("10.96.0.10");
          }
        });
  }

  /**
   * The command that runs a program with the {@code resolv.conf} of a pod.
   *
   * @param directory where that is written
   * @param server the name server in it
   */
  static String[] withResolvConf(Path directory, InetAddress server, List<String> program)
      throws IOException {
    Path configuration =
        Files.writeString(
            directory.resolve("resolv.conf"),
            """
            nameserver %s
            search default.svc.cluster.local svc.cluster.local cluster.local
            options ndots:5
            """
                .formatted(IpAddresses.format(server)));
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c"));
    command.add("mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"");
    command.add(configuration.toString());
    command.addAll(program);
    return command.toArray(String[]::new);
  }

  @Override
  public void close() throws IOException {
    node.close();
    for (ScriptedServer server : scripted) {
      server.close();
    }
  }
}
