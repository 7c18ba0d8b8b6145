package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The network namespace of a pod. */
public final class PodNetwork implements AutoCloseable {
  private static final Path OWN_NAMESPACE = Path.of("/proc/thread-self/ns/net");

  private final NetworkNamespace namespace;
  private final RouteSocket socket;
  private final String path;

  private PodNetwork(NetworkNamespace namespace, RouteSocket socket, String path) {
    this.namespace = namespace;
    this.socket = socket;
    this.path = path;
  }

  /**
   * Opens the namespace at {@code path}.
   *
   * @throws CniException {@link CniErrorCode#INVALID_ENVIRONMENT} if it is none, or the host's own
   */
  public static PodNetwork open(PodNamespaces namespaces, String path) throws CniException {
    NetworkNamespace namespace;
    try {
      namespace = namespaces.open(path);
    } catch (KernelException refused) {
      throw invalid(path, refused);
    }
    try {
      Path own = Files.readSymbolicLink(OWN_NAMESPACE);
      RouteSocket socket =
          namespace.call(
              () -> Files.readSymbolicLink(OWN_NAMESPACE).equals(own) ? null : RouteSocket.open());
      if (socket == null) {
        throw new CniException(
            CniErrorCode.INVALID_ENVIRONMENT,
            "CNI_NETNS '" + path + "' is the host's own network namespace");
      }
      return new PodNetwork(namespace, socket, path);
    } catch (KernelException | IOException refused) {
      namespace.close();
      throw invalid(path, refused);
    } catch (CniException | RuntimeException refused) {
      namespace.close();
      throw refused;
    }
  }

  /** Whether there is a network namespace at {@code path}. */
  public static boolean exists(PodNamespaces namespaces, String path) {
    if (path.isEmpty()) {
      return false;
    }
    try (NetworkNamespace namespace = namespaces.open(path)) {
      return namespace.call(() -> true);
    } catch (KernelException refused) {
      // whoever cannot look, for want of descriptors or of a right, has not seen that it is gone
      return switch (refused.errno()) {
        case ENOENT, ENOTDIR, EINVAL, ESRCH -> false;
        default -> true;
      };
    }
  }

  /**
   * Makes sure that an interface can be made here under this name.
   *
   * @throws CniException {@link CniErrorCode#KERNEL_REFUSED} if the name is taken
   */
  public void requireFree(String interfaceName) throws CniException {
    if (socket.links().findByName(interfaceName).isPresent()) {
      throw new CniException(
          CniErrorCode.KERNEL_REFUSED,
          "interface " + interfaceName + " already exists in network namespace " + path);
    }
  }

  NetworkNamespace namespace() {
    return namespace;
  }

  RouteSocket socket() {
    return socket;
  }

  @Override
  public void close() {
    try (namespace) {
      socket.close();
    }
  }

  private static CniException invalid(String path, Exception cause) {
    return new CniException(
        CniErrorCode.INVALID_ENVIRONMENT,
        "CNI_NETNS '" + path + "' is not a network namespace: " + cause.getMessage(),
        cause);
  }
}
