package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NetworkNamespaces
class WarmUpTest {
  private final Path directory;
  private final SocketDirectory sockets;

  WarmUpTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    sockets = SocketDirectory.of(directory.resolve("cni.sock"));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void leavesNothing() throws IOException {
    WarmUp.run(sockets, () -> true);

    assertThat(files()).isEmpty();
  }

  @Test
  void endsOnceNobodyWantsItAnyMore() throws IOException {
    Iterator<Boolean> answers = List.of(true, true, false).iterator();

    WarmUp.run(sockets, answers::next);

    assertThat(answers).as("asked before each of two rounds, and a last time").isExhausted();
    assertThat(files()).isEmpty();
  }

  /** On a node without IPv6 the plugin serves IPv4 alone, and so does the agent. */
  @Test
  void leavesIpv6OutWhereItIsOff(Namespace host, Namespace pod) throws IOException {
    for (Namespace namespace : List.of(host, pod)) {
      namespace.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    }
    try (NetworkNamespace own = NetworkNamespace.open(host.path().toString());
        NetworkNamespace other = NetworkNamespace.open(pod.path().toString())) {
      WarmUp.run(sockets, () -> true, own, other);
    }

    assertThat(files()).isEmpty();
  }
}
