package io.kindnet.kindnetd.callserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.kindnetd.callserver.SocketDirectory.TemporaryDirectory;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs every verb a few times before the first real call, in network namespaces that nobody else
 * sees and that end with it, so that the first pod does not wait for classes to load. What fails
 * here would fail for pods, too.
 */
final class WarmUp {
  private static final Path IPV6_SWITCH = Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6");
  private static final String IPV4_RANGE = "\"10.244.0.0/24\"";
  private static final String BOTH_RANGES = IPV4_RANGE + ",\"fd00:10:244::/64\"";
  private static final int ROUNDS = 16;
  private static final String POD = "the namespace of the warm-up";

  private final CallHandler call;
  private final KeptKernel kernel = new KeptKernel();
  private final NetworkNamespace pod;
  private final Path directory;
  private final BooleanSupplier wanted;

  private WarmUp(CallHandler call, NetworkNamespace pod, Path directory, BooleanSupplier wanted) {
    this.call = call;
    this.pod = pod;
    this.directory = directory;
    this.wanted = wanted;
  }

  /**
   * Runs each verb a few times.
   *
   * @param directory where the database of the warm-up may be for a moment
   * @param wanted asked before each round; the warm-up ends early once it is not
   * @throws IOException saying which verb failed and why
   */
  static void run(SocketDirectory directory, BooleanSupplier wanted) throws IOException {
    try (NetworkNamespace host = NetworkNamespace.create("the host of the warm-up");
        NetworkNamespace pod = NetworkNamespace.create(POD)) {
      run(directory, wanted, host, pod);
    }
  }

  /** As {@link #run(SocketDirectory, BooleanSupplier)}, with namespaces that nobody else uses. */
  static void run(
      SocketDirectory directory,
      BooleanSupplier wanted,
      NetworkNamespace host,
      NetworkNamespace pod)
      throws IOException {
    CallStatistics record = new CallStatistics("", new Status(""), Map::of);
    try (TemporaryDirectory temporary = directory.newTemporaryDirectory();
        StorePool pool = new StorePool(1)) {
      // calls lock the directory of their database, too
      Path database = Files.createDirectory(temporary.path().resolve("database"));
      WarmUp warmUp =
          new WarmUp(new CallHandler(record, pool, PodPolicies.NONE, null), pod, database, wanted);
      IOException failure = host.call(warmUp::play);
      if (failure != null) {
        throw failure;
      }
    }
  }

  private @Nullable IOException play() {
    String ranges = hasIpv6() && pod.call(WarmUp::hasIpv6) ? BOTH_RANGES : IPV4_RANGE;
    String plain = config(ranges, "");
    String withHostPort =
        config(
            ranges,
            ",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,\"containerPort\":80,"
                + "\"protocol\":\"tcp\"}]}");
    try {
      for (int round = 0; round < ROUNDS && wanted.getAsBoolean(); round++) {
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
    } finally {
      kernel.release();
    }
  }

  private String call(String verb, String config) throws IOException {
    StringBuilder environment = new StringBuilder();
    environment.append("CNI_COMMAND=").append(verb).append('\0');
    environment.append("CNI_CONTAINERID=warm-up\0");
    environment.append("CNI_NETNS=").append(POD).append('\0');
    environment.append("CNI_IFNAME=eth0\0CNI_PATH=/opt/cni/bin\0");
    environment.append("CNI_ARGS=K8S_POD_NAMESPACE=default;K8S_POD_NAME=warm-up\0");
    byte[] body = (environment + config).getBytes(UTF_8);
    RequestHeader header =
        new RequestHeader(
            RequestHeader.CALL,
            RequestHeader.OWN_NETWORK | RequestHeader.ROOT | RequestHeader.POD_NETWORK,
            environment.length(),
            body.length - environment.length());
    try (Fd own = io.kindnet.netlink.libc.FileOpener.openForReading("/proc/thread-self/ns/net");
        Fd root = io.kindnet.netlink.libc.FileOpener.openForReading("/");
        Fd podNetwork =
            io.kindnet.netlink.libc.FileOpener.openForReading("/proc/self/fd/" + pod.fd())) {
      ByteBuffer answer = answer(CallRequest.of(header, body, List.of(own, root, podNetwork)));
      int outcome = answer.getInt();
      int exitCode = answer.getInt();
      byte[] document = new byte[answer.getInt()];
      answer.get(document);
      String text = new String(document, UTF_8);
      if (outcome != DelegationProtocol.ANSWERED || exitCode != 0) {
        throw new IOException(verb + " failed in a warm-up: " + text);
      }
      return text;
    }
  }

  private ByteBuffer answer(CallRequest request) {
    AtomicReference<byte[]> answer = new AtomicReference<>(new byte[0]);
    call.answer(
        request,
        kernel,
        bytes -> {
          answer.set(bytes);
          return true;
        });
    return ByteBuffer.wrap(answer.get());
  }

  /**
   * In the calling thread's namespace: a kernel may have none, and a node may have switched it off.
   */
  private static boolean hasIpv6() {
    try {
      return Files.readString(IPV6_SWITCH).strip().equals("0");
    } catch (IOException absent) {
      return false;
    }
  }

  private String config(String ranges, String more) {
    return "{\"cniVersion\":\"1.1.0\",\"name\":\"warm-up\",\"type\":\"cni-kindnet\",\"dataDir\":\""
        + directory
        + "\",\"ranges\":["
        + ranges
        + "]"
        + more
        + "}";
  }
}
