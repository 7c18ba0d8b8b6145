package io.kindnet.netlink.libc;

/** Moves the calling thread between namespaces. */
public final class Namespaces {
  private static final int CLONE_NEWNET = 0x40000000; // linux/sched.h

  private Namespaces() {}

  /**
   * Moves the calling thread into a network namespace. Only for a thread that ends afterwards or is
   * moved back: see {@code io.kindnet.netlink.netns}.
   *
   * @param namespace a descriptor of a file below {@code /proc/PID/ns}, or of a bind mount of one
   * @param name what the message of an error calls it
   * @throws KernelException {@code EINVAL} if the descriptor is not of a network namespace
   */
  public static void enterNetwork(Fd namespace, String name) {
    SystemCalls.check(
        Libc.setns(namespace.number(), CLONE_NEWNET), "enter network namespace " + name);
  }

  /**
   * Moves the calling thread into a new network namespace. Only for a thread that ends afterwards.
   */
  public static void enterNewNetwork() {
    SystemCalls.check(ServerLibc.unshare(CLONE_NEWNET), "create a network namespace");
  }
}
