package io.kindnet.bench;

import io.kindnet.measuring.Job;
import io.kindnet.measuring.Sample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Calls plugins as a container runtime does that is linked with the CNI library: one process for
 * each plugin, the result of one given to the next. What lies between the processes is not
 * measured.
 */
final class Directly implements Caller {
  static final String WAY = "directly";

  private final Function<Job, Sample> runner;
  private final NetworkConfiguration network;
  private final Map<String, String> results = new HashMap<>();

  /**
   * Calls the plugins of {@code network}.
   *
   * @param runner runs one plugin
   */
  Directly(Function<Job, Sample> runner, NetworkConfiguration network) {
    this.runner = runner;
    this.network = network;
  }

  @Override
  public String way() {
    return WAY;
  }

  @Override
  public Sample add(Pod pod) {
    Sample whole = call("ADD", pod, network.types(), "");
    results.put(pod.containerId(), whole.output());
    return whole;
  }

  @Override
  public Sample delete(Pod pod) {
    String result = results.getOrDefault(pod.containerId(), "");
    results.remove(pod.containerId());
    return call("DEL", pod, network.types().reversed(), result);
  }

  private Sample call(String verb, Pod pod, List<String> types, String previous) {
    Sample whole = null;
    for (String type : types) {
      Sample part =
          runner.apply(job(verb, pod, type, previous)).orFail(verb + " by " + type + " of " + pod);
      whole = whole == null ? part : whole.then(part);
      if (verb.equals("ADD")) {
        previous = part.output();
      }
    }
    if (whole == null) {
      throw new IllegalStateException(network.name() + " has no plugins");
    }
    return whole;
  }

  /** The question which versions of the specification a plugin speaks. */
  static Job version(String type) {
    return new Job(
        List.of(Node.pluginPath(type)),
        Map.of("CNI_COMMAND", "VERSION", "PATH", Node.PATH),
        "{\"cniVersion\":\"1.0.0\"}");
  }

  /** The call of one plugin that needs no result of another. */
  Job job(String verb, Pod pod) {
    return job(verb, pod, network.types().getFirst(), "");
  }

  private Job job(String verb, Pod pod, String type, String previous) {
    return new Job(
        List.of(Node.pluginPath(type)),
        Map.of(
            "CNI_COMMAND",
            verb,
            "CNI_CONTAINERID",
            pod.containerId(),
            "CNI_NETNS",
            pod.namespace().toString(),
            "CNI_IFNAME",
            "eth0",
            "CNI_PATH",
            Node.CNI_PATH,
            "CNI_ARGS",
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + pod.containerId(),
            "PATH",
            Node.PATH),
        network.input(type, pod, previous));
  }
}
