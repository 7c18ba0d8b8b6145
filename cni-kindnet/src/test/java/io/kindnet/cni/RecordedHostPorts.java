package io.kindnet.cni;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.portmap.HostPorts;
import io.kindnet.cni.portmap.PodHostPorts;
import io.kindnet.cni.portmap.TableProblem;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Host ports that stand in a set instead of the kernel, and that can be made to fail. */
final class RecordedHostPorts implements HostPorts {
  private final Map<String, HostPort> installed = new TreeMap<>();
  private boolean failing;
  private boolean unforgetting;

  /** Whether the kernel refuses every change from now on. */
  void failing(boolean now) {
    failing = now;
  }

  /** Whether the kernel cannot be asked for its connections from now on. */
  void unforgetting(boolean now) {
    unforgetting = now;
  }

  /** What is installed, as {@code 80/tcp on 0.0.0.0 to 10.244.1.7 8080 at knet0a1b2c3d}. */
  synchronized List<String> installed() {
    return List.copyOf(installed.keySet());
  }

  @Override
  public synchronized boolean install(PodHostPorts pod) {
    failIfAsked();
    installed.putAll(describe(pod));
    return true;
  }

  @Override
  public synchronized boolean remove(PodHostPorts pod) {
    failIfAsked();
    installed.keySet().removeAll(describe(pod).keySet());
    return true;
  }

  @Override
  public synchronized boolean isIntact(PodHostPorts witness) {
    return installed.keySet().containsAll(describe(witness).keySet());
  }

  @Override
  public synchronized boolean areInstalled(List<PodHostPorts> pods) {
    return pods.stream().allMatch(this::isIntact);
  }

  @Override
  public synchronized List<String> check(PodHostPorts pod) {
    List<String> problems = new ArrayList<>();
    for (String port : describe(pod).keySet()) {
      if (!installed.containsKey(port)) {
        problems.add("host port " + port + " is gone");
      }
    }
    return problems;
  }

  @Override
  public synchronized List<HostPort> list() {
    return List.copyOf(installed.values());
  }

  @Override
  public synchronized void restore(List<PodHostPorts> pods) {
    installed.clear();
    pods.forEach(pod -> installed.putAll(describe(pod)));
  }

  @Override
  public List<String> restoreLoopback(List<PodHostPorts> pods) {
    return List.of();
  }

  @Override
  public @Nullable TableProblem problem() {
    return null;
  }

  @Override
  public void replace(List<PodHostPorts> pods) {
    // nobody else's table stands in a set
  }

  @Override
  public void forgetFlowsToPorts(PodHostPorts pod) {
    if (unforgetting) {
      throw new KernelException("list flows", Errno.EINVAL);
    }
  }

  @Override
  public void followServices() {}

  @Override
  public void forgetFlowsToPod(PodHostPorts pod) {
    forgetFlowsToPorts(pod);
  }

  @Override
  public void close() {}

  private void failIfAsked() {
    if (failing) {
      throw new KernelException("change the rules", Errno.EPERM);
    }
  }

  private static Map<String, HostPort> describe(PodHostPorts pod) {
    Map<String, HostPort> ports = new TreeMap<>();
    for (HostPort port : pod.ports()) {
      ports.put(
          port
              + " to "
              + IpAddresses.format(port.containerIp())
              + " "
              + port.containerPort()
              + " at "
              + pod.hostInterface(),
          port);
    }
    return ports;
  }
}
