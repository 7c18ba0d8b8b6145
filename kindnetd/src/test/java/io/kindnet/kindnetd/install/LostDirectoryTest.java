package io.kindnet.kindnetd.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host's directory as a container has it: mounted. */
@NetworkNamespaces
class LostDirectoryTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Namespace node;
  private final Path directory;
  private final Path host;
  private final Path mounted;

  LostDirectoryTest(Namespace node, @TempDir Path directory) throws IOException {
    this.node = node;
    this.directory = directory;
    host = Files.createDirectory(directory.resolve("host"));
    mounted = Files.createDirectory(directory.resolve("mounted"));
  }

  @BeforeEach
  void mount() {
    node.run("mount", "--bind", host.toString(), mounted.toString());
  }

  @AfterEach
  void unmount() {
    node.run("umount", mounted.toString());
  }

  @Test
  void asksForANewStartWhereTheDirectoryItselfIsRemoved() throws Exception {
    Status status = new Status("test");
    BinDirectory bin = new BinDirectory(mounted);
    Path source = FakePlugin.make(directory.resolve("plugin"), "one");
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (StatusServer server = new StatusServer(any, status);
        PluginAgent agent =
            new PluginAgent(
                bin,
                new Installer(source, bin, "one"),
                FileSystems.getDefault()::newWatchService,
                status)) {
      server.start();
      agent.start();
      Eventually.within(DEADLINE, () -> assertThat(bin.damage()).isEmpty());
      assertThat(health(server)).isEqualTo("ok\n");

      // which fails where the agent is quicker and puts something back meanwhile
      node.tryRun("rm", "-rf", "--", host + "/.cni-kindnet", host + "/cni-kindnet");
      Eventually.within(DEADLINE, () -> assertThat(bin.damage()).isEmpty());
      assertThat(health(server)).as("that can be fixed").isEqualTo("ok\n");

      // until nothing is put back any more
      Eventually.within(DEADLINE, () -> node.run("rm", "-r", host.toString()));

      Eventually.within(
          DEADLINE,
          () ->
              assertThat(health(server))
                  .isEqualTo(mounted + " was removed on the host, a new one has to be mounted\n"));
    }
  }

  private static String health(StatusServer server) throws IOException {
    URI page = URI.create("http://127.0.0.1:" + server.address().getPort() + "/healthz");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
