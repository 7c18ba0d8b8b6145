package io.kindnet.bench;

/** What a pod can ask for. */
enum Work {
  IPV4("IPv4", false, false),
  DUAL_STACK("dual-stack", true, false),
  IPV4_PORT("IPv4, host port", false, true),
  DUAL_STACK_PORT("dual-stack, host port", true, true);

  private final String label;
  private final boolean dualStack;
  private final boolean hostPort;

  Work(String label, boolean dualStack, boolean hostPort) {
    this.label = label;
    this.dualStack = dualStack;
    this.hostPort = hostPort;
  }

  String label() {
    return label;
  }

  boolean dualStack() {
    return dualStack;
  }

  boolean hostPort() {
    return hostPort;
  }

  /** Its name in names of networks. */
  String network() {
    return dualStack ? "dual" : "ipv4";
  }
}
