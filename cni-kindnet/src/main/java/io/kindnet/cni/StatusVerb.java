package io.kindnet.cni;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.DatabaseFile;
import io.kindnet.netlink.libc.KernelException;
import java.nio.file.Path;

/**
 * STATUS: says whether the plugin itself is able to work.
 *
 * <p>A runtime asks every few seconds, and a node whose STATUS fails is NotReady: crashed
 * containers are not restarted, and some minutes later all of its pods are evicted. So STATUS fails
 * only for what no pod could be helped with from outside: there is no database, or the kernel
 * denies the rights. What may be over in a moment, or in the hands of others (no address left, a
 * locked database, a full disk, a sysctl), is the error of the ADD that meets it.
 */
final class StatusVerb {
  private StatusVerb() {}

  /**
   * Looks, without waiting for a lock and without writing.
   *
   * @param database the file
   * @return nothing to say
   * @throws CniException {@link CniErrorCode#NOT_AVAILABLE} with the reason
   */
  static String run(Path database) throws CniException {
    try (HostNetwork host = HostNetwork.open()) {
      DatabaseFile.requireUsable(database);
      host.requireRights();
      return "";
    } catch (CniException | KernelException reason) {
      throw new CniException(
          CniErrorCode.NOT_AVAILABLE, String.valueOf(reason.getMessage()), reason);
    }
  }
}
