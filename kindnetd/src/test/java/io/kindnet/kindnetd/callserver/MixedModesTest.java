package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.cni.model.Plugin;
import io.kindnet.cni.model.Sequence;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is done in whatever order, and whoever runs each call: the node is as the model says. So
 * the agent keeps nothing between two calls that a call of the plugin would not know.
 */
@NetworkNamespaces
class MixedModesTest {
  private static final int STEPS = 60;

  private final Path directory;
  private final List<LocalCallServer> servers = new ArrayList<>();

  MixedModesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void end() {
    servers.forEach(LocalCallServer::close);
  }

  @ParameterizedTest
  @ValueSource(longs = {101, 102, 103})
  void leaveWhatTheModelSays(long seed) {
    Random random = new Random(seed);
    new Sequence(node -> plugin(node, random)).play(seed, STEPS);
  }

  private Plugin plugin(Namespace node, Random random) {
    Path socket = directory.resolve("socket" + servers.size());
    servers.add(LocalCallServer.start(node, socket, step -> {}));
    CniClient client = new CniClient(node, directory);
    return (variables, input) -> {
      DelegatedCall call = delegated(node, variables, input);
      AgentAnswer answer = random.nextBoolean() ? call.delegate(socket) : client.runCold(call);
      assertThat(answer.outcome()).as(answer.document()).isEqualTo(DelegationProtocol.ANSWERED);
      return new io.kindnet.cni.model.Answer(answer.exitCode(), answer.document());
    };
  }

  /** With what the launcher can open. */
  private static DelegatedCall delegated(
      Namespace node, Map<String, String> variables, String input) {
    List<Path> files = new ArrayList<>(List.of(node.path(), Path.of("/")));
    int mask = RequestHeader.OWN_NETWORK | RequestHeader.ROOT;
    String netns = variables.getOrDefault("CNI_NETNS", "");
    if (!netns.isEmpty() && Files.exists(Path.of(netns))) {
      files.add(Path.of(netns));
      mask |= RequestHeader.POD_NETWORK;
    }
    return DelegatedCall.of(variables, input, mask, files);
  }
}
