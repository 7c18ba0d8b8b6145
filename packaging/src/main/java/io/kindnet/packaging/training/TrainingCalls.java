package io.kindnet.packaging.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;

/** Calls by the plugin's launcher, which hands them over to the agent. */
final class TrainingCalls {
  private static final String HOST_PORTS =
      ",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,\"containerPort\":8080,\"protocol\":\"tcp\"},"
          + "{\"hostPort\":53,\"containerPort\":53,\"protocol\":\"udp\"}]}";

  private final String launcher;
  private final Path socket;
  private final String podNamespace;
  private final Path database;

  TrainingCalls(String launcher, Path socket, String podNamespace, Path directory) {
    this.launcher = launcher;
    this.socket = socket;
    this.podNamespace = podNamespace;
    this.database = directory.resolve("data");
  }

  /**
   * Brings pods and takes them away again: with host ports and without, with a cable and a bridge.
   *
   * @return how many calls that took
   */
  int liveOfAPod() throws IOException, InterruptedException {
    int calls = 0;
    for (String more : new String[] {"", HOST_PORTS, HOST_PORTS + ",\"bridge\":\"kind-br\""}) {
      String result = call("ADD", config(more));
      call("CHECK", config(more + ",\"prevResult\":" + result));
      call("STATUS", config(more));
      call("DEL", config(more));
      call("DEL", config(more));
      calls += 5;
    }
    return calls;
  }

  private String config(String more) {
    return "{\"cniVersion\":\"1.1.0\",\"name\":\"kindnet\",\"type\":\"cni-kindnet\",\"dataDir\":\""
        + database
        + "\",\"ranges\":[\"10.244.1.0/24\",\"fd00:10:244:1::/64\"]"
        + more
        + "}";
  }

  private String call(String verb, String config) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(launcher);
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "CNI_COMMAND", verb,
                "CNI_CONTAINERID", "training",
                "CNI_NETNS", podNamespace,
                "CNI_IFNAME", "eth0",
                "CNI_PATH", "/opt/cni/bin",
                "CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=training",
                "KINDNET_CNI_SOCKET", socket.toString()));
    Process process = builder.start();
    try (OutputStream input = process.getOutputStream()) {
      input.write(config.getBytes(UTF_8));
    }
    String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(verb + " failed in the training: " + answer);
    }
    return answer;
  }
}
