package io.kindnet.kindnetd.cni;

import io.kindnet.cni.CniCall;
import io.kindnet.cni.Kernel;
import io.kindnet.cni.Reply;
import io.kindnet.cni.podlink.PodNamespaces;
import io.kindnet.cni.store.Way;
import io.kindnet.netlink.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs every verb a few times before the first real call, in network namespaces that nobody else
 * sees and that end with it, so that the first pod does not wait for classes to load. What fails
 * here would fail for pods, too.
 */
final class Rehearsal {
  private static final String PREFIX = "rehearsal";
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int ROUNDS = 8;
  private static final String POD = "the namespace of the rehearsal";

  private final NetworkNamespace pod;
  private final Path folder;

  private Rehearsal(NetworkNamespace pod, Path folder) {
    this.pod = pod;
    this.folder = folder;
  }

  /**
   * Rehearses.
   *
   * @param parent where the database of the rehearsal may be for a moment
   * @throws IOException saying which verb failed and why
   */
  static void run(Path parent) throws IOException {
    removeForgotten(parent);
    Path folder = Files.createTempDirectory(parent, PREFIX);
    try (NetworkNamespace host = NetworkNamespace.create("the host of the rehearsal");
        NetworkNamespace pod = NetworkNamespace.create(POD)) {
      Rehearsal rehearsal = new Rehearsal(pod, folder);
      IOException failure = host.call(rehearsal::play);
      if (failure != null) {
        throw failure;
      }
    } finally {
      remove(folder);
    }
  }

  private @Nullable IOException play() {
    String plain = config("");
    String withHostPort =
        config(
            ",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,\"containerPort\":80,"
                + "\"protocol\":\"tcp\"}]}");
    try {
      for (int round = 0; round < ROUNDS; round++) {
        for (String config : new String[] {plain, withHostPort}) {
          String result = call("ADD", config);
          call(
              "CHECK",
              config.substring(0, config.length() - 1) + ",\"prevResult\":" + result + "}");
          call("STATUS", config);
          call("DEL", config);
          call("DEL", config);
        }
      }
      return null;
    } catch (IOException failed) {
      return failed;
    }
  }

  private String call(String verb, String config) throws IOException {
    Map<String, String> variables =
        Map.of(
            "CNI_COMMAND", verb,
            "CNI_CONTAINERID", "rehearsal",
            "CNI_NETNS", POD,
            "CNI_IFNAME", "eth0",
            "CNI_PATH", "/opt/cni/bin",
            "CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=rehearsal");
    PodNamespaces namespaces =
        path -> NetworkNamespace.open("/proc/self/fd/" + pod.descriptor(), path);
    Reply reply =
        CniCall.answer(
            variables,
            config.getBytes(StandardCharsets.UTF_8),
            () -> Kernel.open(namespaces),
            Way.WARM,
            null);
    if (reply.exitCode() != 0) {
      throw new IOException(verb + " failed in a rehearsal: " + reply.document());
    }
    return reply.document();
  }

  private String config(String more) {
    return "{\"cniVersion\":\"1.1.0\",\"name\":\"rehearsal\",\"type\":\"cni-kindnet\",\"dataDir\":\""
        + folder
        + "\",\"ranges\":[\"10.244.0.0/24\",\"fd00:10:244::/64\"]"
        + more
        + "}";
  }

  /** Those of agents that were killed in the middle; another one may be rehearsing just now. */
  private static void removeForgotten(Path parent) throws IOException {
    Instant limit = Instant.now().minus(LONGEST);
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (Files.getLastModifiedTime(folder).toInstant().isBefore(limit)) {
          remove(folder);
        }
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.delete(folder);
  }
}
