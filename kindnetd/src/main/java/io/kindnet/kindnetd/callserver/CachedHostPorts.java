package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.portmap.HostPorts;
import io.kindnet.cni.portmap.NftablesHostPorts;
import io.kindnet.cni.portmap.PodHostPorts;
import io.kindnet.cni.portmap.TableProblem;
import io.kindnet.cni.protocol.CniException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Host ports that one call after the other uses, on one thread. Closing a socket of nftables waits,
 * for some 10 ms, until the kernel has freed what was deleted ({@code nft_rcv_nl_event} in {@code
 * net/netfilter/nf_tables_api.c}); so it stays open.
 */
final class CachedHostPorts implements HostPorts {
  private NftablesHostPorts ports = NftablesHostPorts.open();

  /** Begins with a new socket, after a call that may have left something unread in this one. */
  void renew() {
    ports.close();
    ports = NftablesHostPorts.open();
  }

  /** The end of the thread, not that of a call. */
  void release() {
    ports.close();
  }

  /** The end of a call. */
  @Override
  public void close() {}

  @Override
  public boolean install(PodHostPorts pod) throws CniException {
    return ports.install(pod);
  }

  @Override
  public boolean remove(PodHostPorts pod) {
    return ports.remove(pod);
  }

  @Override
  public boolean isIntact(PodHostPorts witness) {
    return ports.isIntact(witness);
  }

  @Override
  public boolean areInstalled(List<PodHostPorts> pods) {
    return ports.areInstalled(pods);
  }

  @Override
  public List<String> check(PodHostPorts pod) {
    return ports.check(pod);
  }

  @Override
  public List<HostPort> list() {
    return ports.list();
  }

  @Override
  public void restore(List<PodHostPorts> pods) {
    ports.restore(pods);
  }

  @Override
  public List<String> restoreLoopback(List<PodHostPorts> pods) throws CniException {
    return ports.restoreLoopback(pods);
  }

  @Override
  public void followServices() {
    ports.followServices();
  }

  @Override
  public @Nullable TableProblem problem() {
    return ports.problem();
  }

  @Override
  public void replace(List<PodHostPorts> pods) {
    ports.replace(pods);
  }

  @Override
  public void forgetFlowsToPorts(PodHostPorts pod) {
    ports.forgetFlowsToPorts(pod);
  }

  @Override
  public void forgetFlowsToPod(PodHostPorts pod) {
    ports.forgetFlowsToPod(pod);
  }
}
