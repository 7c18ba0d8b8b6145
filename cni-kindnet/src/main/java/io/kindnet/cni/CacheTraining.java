package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.libc.Program;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Goes through every verb in each form once, so that the build can make a cache of all the classes
 * that a call loads. Runs in a network namespace of its own that plays the host; calls nothing but
 * what a CNI client calls.
 */
final class CacheTraining {
  private static final List<String> RANGES =
      List.of(
          "\"10.244.1.0/24\"",
          "\"fd00:10:244:1::/64\"",
          "\"10.244.1.0/24\",\"fd00:10:244:1::/64\"");
  private static final List<String> VERSIONS = List.of("0.2.0", "0.4.0", "1.0.0", "1.1.0");
  private static final String HOST_PORTS =
      ",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,\"containerPort\":8080,\"protocol\":\"tcp\"},"
          + "{\"hostPort\":53,\"containerPort\":53,\"protocol\":\"udp\"}]}";
  private static final String OTHER_HOST_PORT =
      ",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":81,\"containerPort\":81,\"protocol\":\"tcp\"}]}";

  private final String podNamespace;
  private final String dataDir;
  private int pods;
  private int connected;

  private CacheTraining(String podNamespace, String dataDir) {
    this.podNamespace = podNamespace;
    this.dataDir = dataDir;
  }

  /**
   * Trains.
   *
   * @param arguments the path of a network namespace that plays the pod, and a directory for the
   *     database
   */
  public static void main(String[] arguments) {
    // as every call does first
    System.getenv();
    CacheTraining training = new CacheTraining(arguments[0], arguments[1]);
    // with host ports of another interface, which calls with host ports look after
    String neighbour = training.config("1.1.0", RANGES.getLast(), OTHER_HOST_PORT);
    training.call("ADD", "eth1", training.podNamespace, neighbour);
    for (String version : VERSIONS) {
      for (String ranges : RANGES) {
        training.live(version, ranges, "");
        training.live(version, ranges, HOST_PORTS);
        training.live(version, ranges, HOST_PORTS + ",\"bridge\":\"kind-br\"");
      }
    }
    training.policiesIn(Set.of(PolicyNamespaces.ALL));
    training.live(VERSIONS.getLast(), RANGES.getLast(), "");
    training.live(VERSIONS.getLast(), RANGES.getLast(), ",\"bridge\":\"kind-br\"");
    training.policiesIn(Set.of());
    training.call("DEL", "eth1", training.podNamespace, neighbour);
    training.call("ADD", "", "{}");
    training.call("ADD", "", "no JSON");
    training.call("NONE", "", "{}");
    training.call("VERSION", "", "{\"cniVersion\":\"1.0.0\"}");
    // what every call ends with
    Objects.requireNonNull(Program.class);
    if (training.connected < training.pods) {
      loadOwnClasses();
    }
    System.out.println(
        "trained with "
            + training.pods
            + " pods, of which "
            + training.connected
            + " got a network");
  }

  /**
   * Loads what this project's packages hold: where an image is built, nobody may make interfaces,
   * and what the calls would have loaded after the first refusal has to get into the cache as well.
   */
  private static void loadOwnClasses() {
    try (ZipFile jar = new ZipFile(System.getProperty("java.class.path"))) {
      for (ZipEntry entry : Collections.list(jar.entries())) {
        String name = entry.getName();
        if (name.startsWith("io/kindnet/") && name.endsWith(".class") && !isOfCommandLine(name)) {
          String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
          Class.forName(type, false, CacheTraining.class.getClassLoader());
        }
      }
    } catch (IOException | ClassNotFoundException unreadable) {
      throw new IllegalStateException("what the cache is made of cannot be read", unreadable);
    }
  }

  /** As an agent leaves it. */
  private void policiesIn(Set<String> namespaces) {
    try (Store store = Store.open(Path.of(dataDir).resolve(Store.FILE_NAME))) {
      store.transaction(() -> {
        store.policyNamespaces().replace(namespaces);
        return namespaces;
      });
    } catch (CniException unwritable) {
      throw new IllegalStateException(unwritable);
    }
  }

  /** What picocli and its like are needed for is not part of a call. */
  private static boolean isOfCommandLine(String entry) {
    return entry.startsWith("io/kindnet/cni/cli/") || entry.endsWith("package-info.class");
  }

  /** The calls for one pod, from ADD to the second DEL. */
  private void live(String version, String ranges, String more) {
    String config = config(version, ranges, more);
    String result = call("ADD", podNamespace, config);
    pods++;
    connected += result.contains("\"code\"") ? 0 : 1;
    call("ADD", podNamespace, config);
    call("CHECK", podNamespace, config(version, ranges, more + ",\"prevResult\":" + result));
    call("STATUS", "", config);
    call(
        "GC",
        "",
        config(
            version,
            ranges,
            more
                + ",\"cni.dev/valid-attachments\":[{\"containerID\":\"c\",\"ifname\":\"eth0\"},"
                + "{\"containerID\":\"c\",\"ifname\":\"eth1\"}]"));
    call("DEL", podNamespace, config);
    call("DEL", "", config);
  }

  private String config(String version, String ranges, String more) {
    return "{\"cniVersion\":\""
        + version
        + "\",\"name\":\"kindnet\",\"type\":\"cni-kindnet\",\"dataDir\":\""
        + dataDir
        + "\",\"ranges\":["
        + ranges
        + "]"
        + more
        + "}";
  }

  private String call(String command, String netns, String input) {
    return call(command, "eth0", netns, input);
  }

  private String call(String command, String interfaceName, String netns, String input) {
    Map<String, String> variables = new HashMap<>();
    variables.put("CNI_COMMAND", command);
    variables.put("CNI_CONTAINERID", "c");
    variables.put("CNI_NETNS", netns);
    variables.put("CNI_IFNAME", interfaceName);
    variables.put("CNI_PATH", "/opt/cni/bin");
    variables.put(
        "CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=pod;K8S_POD_UID=u");
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    CniKindnet.answerClient(
        variables,
        new ByteArrayInputStream(input.getBytes(UTF_8)),
        new PrintStream(answer, true, UTF_8));
    return answer.toString(UTF_8);
  }
}
