package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.cni.model.Answer;
import io.kindnet.cni.model.Plugin;
import io.kindnet.cni.model.Sequence;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is done in whatever order, the node is as the model says. */
@NetworkNamespaces
class RandomSequencesTest {
  private static final int STEPS = 50;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void leaveWhatTheModelSays(long seed) {
    new Sequence(RandomSequencesTest::plugin).play(seed, STEPS);
  }

  @Test
  void findAPluginThatForgetsAHostPort() {
    Function<Namespace, Plugin> forgetful =
        host -> {
          Plugin plugin = plugin(host);
          return (variables, input) ->
              plugin.call(variables, input.replace("\"hostPort\":53,", "\"hostPort\":0,"));
        };

    assertThatThrownBy(() -> new Sequence(forgetful).play(28, 12))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("seed 28 fails; so do these 2 of its 12 steps")
        .hasMessageContaining("hostPort=53")
        .hasMessageContaining("is missing: element hostport-any-v4 tcp . 53 : 10.244.1.");
  }

  /** The plugin on a thread of this process. */
  private static Plugin plugin(Namespace host) {
    return (variables, input) -> {
      try (NetworkNamespace handle = NetworkNamespace.open(host.path().toString())) {
        Reply reply =
            handle.call(() ->
                CniCall.answer(
                    variables, input.getBytes(UTF_8), Kernel::open, ExecutionMode.COLD, null));
        return new Answer(reply.exitCode(), reply.document());
      }
    };
  }
}
