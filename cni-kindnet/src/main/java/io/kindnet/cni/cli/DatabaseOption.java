package io.kindnet.cni.cli;

import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.policy.StoredPolicies;
import io.kindnet.cni.portmap.HostPorts;
import io.kindnet.cni.portmap.NftablesHostPorts;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.NetworkConfig;
import io.kindnet.cni.recovery.Recovery;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.Pods;
import io.kindnet.cni.store.PolicyNamespaces;
import io.kindnet.cni.store.Ports;
import io.kindnet.cni.store.Store;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --db}: which file a command is about. */
final class DatabaseOption {
  @Option(
      names = "--db",
      paramLabel = "FILE",
      description = "The database. Default: ${DEFAULT-VALUE}")
  private Path file = NetworkConfig.DEFAULT_DATA_DIR.resolve(Store.FILE_NAME);

  /** Opens it to look at; a file that is not there is not made. */
  Store openExisting() throws CniException {
    if (!Store.exists(file)) {
      throw new CniException(
          CniErrorCode.IO_FAILURE,
          "there is no database "
              + file
              + ": no pod has been added here yet, or --db is elsewhere");
    }
    return Store.openExisting(file, BusyTimeout.USUAL, DatabaseOption::fillFromKernel);
  }

  /** Opens it to look at; null if there is none. */
  @Nullable Store openIfThere() throws CniException {
    return Store.exists(file) ? openExisting() : null;
  }

  /** Opens it to write into. */
  Store open() throws CniException {
    return Store.open(file, BusyTimeout.USUAL, DatabaseOption::fillFromKernel);
  }

  private static void fillFromKernel(Pods pods, Ports ports, PolicyNamespaces namespaces)
      throws CniException {
    try (HostNetwork host = HostNetwork.open();
        HostPorts hostPorts = NftablesHostPorts.open();
        PodPolicies policies = StoredPolicies.open()) {
      Recovery.fill(pods, ports, host, hostPorts);
      policies.recover(namespaces);
    }
  }
}
