package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.CniCall;
import io.kindnet.cni.Kernel;
import io.kindnet.cni.Reply;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The plugin on the node of a test, called in this process.
 *
 * @param node the network namespace of the node
 */
public record PluginOnNode(Namespace node) {
  /** A call for {@code eth0} of a pod, as the plugin runs it by itself. */
  public Reply call(String verb, String container, Namespace pod, String config) {
    return call(ExecutionMode.COLD, verb, container, pod, "eth0", config);
  }

  /**
   * A call.
   *
   * @param config the network configuration, JSON
   */
  public Reply call(
      ExecutionMode mode,
      String verb,
      String container,
      Namespace pod,
      String interfaceName,
      String config) {
    Map<String, String> variables =
        Map.of(
            "CNI_COMMAND",
            verb,
            "CNI_CONTAINERID",
            container,
            "CNI_NETNS",
            pod.path().toString(),
            "CNI_IFNAME",
            interfaceName);
    return on(() -> CniCall.answer(variables, config.getBytes(UTF_8), Kernel::open, mode, null));
  }

  /** Does {@code work} in the network namespace of the node; threads that it starts are there. */
  public void run(Runnable work) {
    on(() -> {
      work.run();
      return work;
    });
  }

  private <T> T on(Callable<T> work) {
    try (NetworkNamespace entered = NetworkNamespace.open(node.path().toString())) {
      return entered.call(work);
    }
  }
}
