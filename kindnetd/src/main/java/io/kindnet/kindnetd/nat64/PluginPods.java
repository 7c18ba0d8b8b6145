package io.kindnet.kindnetd.nat64;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The pods that the plugin has connected, from its database. */
public final class PluginPods implements NodePods {
  private final MonitoredDatabase database;

  /** Reads {@code database} whenever it is asked. */
  public PluginPods(MonitoredDatabase database) {
    this.database = database;
  }

  @Override
  public Optional<Map<InetAddress, String>> read() throws CniException {
    Map<InetAddress, String> pods = new HashMap<>();
    if (database.exists()) {
      try (Store store = database.open()) {
        for (PodRow row : store.pods().all()) {
          for (PodAddress address : row.addresses()) {
            pods.put(address.address(), row.key());
          }
        }
      }
    }
    return Optional.of(pods);
  }

  @Override
  public void onChange(Runnable listener) {
    // the link of a pod comes after its row, and goes before it
  }
}
