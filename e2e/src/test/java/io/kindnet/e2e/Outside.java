package io.kindnet.e2e;

import io.kindnet.e2e.cluster.Addresses;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Service;
import java.util.List;

/**
 * Servers on the host that no cluster knows of.
 *
 * @param machine the host
 */
record Outside(Machine machine) {
  static final String IPV4 = Addresses.OUTSIDE_V4;
  static final String IPV6 = Addresses.OUTSIDE_V6;

  /** Answers each line with the same line. */
  static final int ECHO_PORT = 7000;

  /** With its servers started, unless they run. */
  static Outside on(TestCluster cluster) {
    Outside outside = new Outside(cluster.outside());
    String www = outside.machine.settings().built().resolve("www").toString();
    outside.serve("httpd", "busybox", "httpd", "-f", "-p", "8080", "-h", www);
    outside.serve("echo", "busybox", "nc", "-ll", "-p", String.valueOf(ECHO_PORT), "-e", "cat");
    return outside;
  }

  int port() {
    return Pod.PORT;
  }

  private void serve(String name, String... command) {
    Service service = new Service(name, machine, List.of(command), () -> {});
    service.start();
    service.awaitReady();
  }
}
