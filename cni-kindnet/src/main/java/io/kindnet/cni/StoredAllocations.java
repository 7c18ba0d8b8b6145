package io.kindnet.cni;

import io.kindnet.cni.ipam.AllocatedAddresses;
import io.kindnet.cni.podlink.HostNetwork;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What cannot be given out: to pods, as the database has it; to the machine, as the kernel does.
 */
record StoredAllocations(Store store, HostNetwork host, CallLog log) implements AllocatedAddresses {
  @Override
  public boolean isTaken(InetAddress address) throws CniException {
    return store.pods().isTaken(address);
  }

  @Override
  public @Nullable IpPrefix ofMachine(InetAddress address) {
    IpPrefix prefix = host.inUse(address);
    if (prefix != null) {
      log.line(
          "no pod has address "
              + IpAddresses.format(address)
              + ", but this node uses "
              + prefix
              + ": passed over");
    }
    return prefix;
  }

  @Override
  public Set<InetAddress> servedBy(InetAddress gateway) throws CniException {
    return store.pods().servedBy(gateway);
  }
}
