package io.kindnet.cni;

import io.kindnet.cni.ipam.Taken;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import java.net.InetAddress;
import java.util.Set;

/**
 * What cannot be given out, as the database has it.
 *
 * @param store the database
 * @param freed addresses of pods there that count as if they were free
 */
record TakenAddresses(Store store, Set<InetAddress> freed) implements Taken {
  TakenAddresses(Store store) {
    this(store, Set.of());
  }

  @Override
  public boolean isTaken(InetAddress address) throws CniException {
    return !freed.contains(address) && store.pods().isTaken(address);
  }

  @Override
  public Set<InetAddress> servedBy(InetAddress gateway) throws CniException {
    Set<InetAddress> served = store.pods().servedBy(gateway);
    served.removeAll(freed);
    return served;
  }
}
