package io.kindnet.cni;

import io.kindnet.cni.ipam.AllocatedAddresses;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import java.net.InetAddress;
import java.util.Set;

/** What cannot be given out, as the database has it. */
record StoredAllocations(Store store) implements AllocatedAddresses {
  @Override
  public boolean isTaken(InetAddress address) throws CniException {
    return store.pods().isTaken(address);
  }

  @Override
  public Set<InetAddress> servedBy(InetAddress gateway) throws CniException {
    return store.pods().servedBy(gateway);
  }
}
