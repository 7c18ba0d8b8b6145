package io.kindnet.cni;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.podlink.PodSettings;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.DatabaseFile;
import io.kindnet.netlink.libc.KernelException;
import java.nio.file.Path;
import java.util.List;

/**
 * STATUS: says whether the plugin itself is able to work.
 *
 * <p>A runtime asks every few seconds, and a node whose STATUS fails is NotReady: crashed
 * containers are not restarted, and some minutes later all of its pods are evicted. So STATUS fails
 * only for what no pod could be helped with from outside: there is no database, the kernel denies
 * the rights, or the node has pods and forwards none of their packets, so that they are cut off
 * already (kindnetd puts that right within a second). What may be over in a moment, or in the hands
 * of others (no address left, a locked database, a full disk), is the error of the ADD that meets
 * it.
 */
final class StatusVerb {
  private StatusVerb() {}

  /**
   * Looks, without waiting for a lock and without writing.
   *
   * @param database the file
   * @return nothing to say
   * @throws CniException {@link CniErrorCode#NOT_AVAILABLE} with the reason; {@link
   *     CniErrorCode#LIMITED_CONNECTIVITY} naming the sysctls by which pods are cut off
   */
  static String run(Path database) throws CniException {
    try (HostNetwork host = HostNetwork.open()) {
      DatabaseFile.requireUsable(database);
      host.requireRights();
      requireForwarding(host);
      return "";
    } catch (CniException | KernelException reason) {
      boolean limited =
          reason instanceof CniException error && error.code() == CniErrorCode.LIMITED_CONNECTIVITY;
      throw new CniException(
          limited ? CniErrorCode.LIMITED_CONNECTIVITY : CniErrorCode.NOT_AVAILABLE,
          String.valueOf(reason.getMessage()),
          reason);
    }
  }

  private static void requireForwarding(HostNetwork host) throws CniException {
    List<String> problems = PodSettings.forwardingProblems(host);
    if (!problems.isEmpty()) {
      throw new CniException(
          CniErrorCode.LIMITED_CONNECTIVITY,
          String.join("; ", problems) + ": the node does not forward packets of its pods");
    }
  }
}
