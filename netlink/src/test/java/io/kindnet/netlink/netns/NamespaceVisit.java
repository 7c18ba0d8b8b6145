package io.kindnet.netlink.netns;

import io.kindnet.netlink.libc.KernelException;

/** A program that enters the network namespace at the path given and says how that went. */
final class NamespaceVisit {
  private NamespaceVisit() {}

  public static void main(String[] arguments) {
    try (NetworkNamespace namespace = NetworkNamespace.open(arguments[0])) {
      System.out.println(namespace.call(() -> "inside"));
    } catch (KernelException refused) {
      System.out.println(refused.getMessage());
    }
  }
}
