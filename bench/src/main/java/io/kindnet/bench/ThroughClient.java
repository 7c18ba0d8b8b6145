package io.kindnet.bench;

import io.kindnet.measuring.Job;
import io.kindnet.measuring.Meter;
import io.kindnet.measuring.Sample;
import java.util.List;
import java.util.Map;

/**
 * Calls plugins through cnitool, the CNI project's own client, which starts them as its children.
 */
final class ThroughClient implements Caller {
  static final String WAY = "by cnitool";

  private final Meter meter;
  private final NetworkConfiguration network;
  private final String client;

  ThroughClient(Meter meter, NetworkConfiguration network, String client) {
    this.meter = meter;
    this.network = network;
    this.client = client;
  }

  @Override
  public String way() {
    return WAY;
  }

  @Override
  public Sample add(Pod pod) {
    return meter.run(job("add", pod)).orFail("cnitool add of " + pod);
  }

  @Override
  public Sample delete(Pod pod) {
    return meter.run(job("del", pod)).orFail("cnitool del of " + pod);
  }

  Job job(String verb, Pod pod) {
    return new Job(
        List.of(client, verb, network.name(), pod.namespace().toString()),
        Map.of(
            "CNI_PATH",
            Node.CNI_PATH,
            "CNI_ARGS",
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + pod.containerId(),
            "CAP_ARGS",
            NetworkConfiguration.portMappings(pod).toString(),
            "PATH",
            Node.PATH),
        "");
  }
}
