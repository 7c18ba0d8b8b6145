package io.kindnet.netlink.testing;

import java.util.List;

/**
 * Services as kube-proxy has them in IPVS mode: their addresses are on a link of the node, {@code
 * kube-ipvs0}, and the kernel's virtual servers, which {@code ipvsadm} makes, lead to pods. The
 * kernel has to have {@code ip_vs}.
 */
public final class IpvsServices {
  /** The link that has the addresses. */
  public static final String LINK = "kube-ipvs0";

  private final Namespace node;

  private IpvsServices(Namespace node) {
    this.node = node;
  }

  /** On {@code node}, so far without Services. */
  public static IpvsServices on(Namespace node) {
    node.run("ipvsadm", "--list", "--numeric"); // which loads the module
    // as kube-proxy has it, so that the kernel tracks these connections
    node.run("sysctl", "-q", "-w", "net.ipv4.vs.conntrack=1");
    Ip.batch(node, "link add " + LINK + " type dummy\n");
    return new IpvsServices(node);
  }

  /**
   * Adds a Service, of TCP and UDP.
   *
   * @param address its cluster IP
   * @param port its port
   * @param pod the address of its only pod
   * @param podPort the port there
   */
  public void add(String address, int port, String pod, int podPort) {
    boolean six = address.contains(":");
    Ip.batch(node, "addr add " + address + (six ? "/128 nodad" : "/32") + " dev " + LINK + "\n");
    for (String transport : List.of("--tcp-service", "--udp-service")) {
      String service = socket(address, port);
      node.run("ipvsadm", "--add-service", transport, service, "--scheduler", "rr");
      node.run(
          "ipvsadm",
          "--add-server",
          transport,
          service,
          "--real-server",
          socket(pod, podPort),
          "--masquerading");
    }
  }

  private static String socket(String address, int port) {
    return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
  }
}
