package io.kindnet.cni.portmap;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.util.List;

/** Stands where the rules will be; refuses to install what it cannot. */
public final class MissingHostPorts implements HostPorts {
  @Override
  public void install(PodHostPorts pod) {
    throw new KernelException("install host port " + pod.ports().getFirst(), Errno.ENOSYS);
  }

  @Override
  public void remove(PodHostPorts pod) {}

  @Override
  public List<String> check(PodHostPorts pod) {
    return List.of();
  }

  @Override
  public void restore(List<PodHostPorts> pods) {}
}
