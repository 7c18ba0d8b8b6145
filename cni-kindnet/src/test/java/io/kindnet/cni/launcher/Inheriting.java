package io.kindnet.cni.launcher;

import io.kindnet.netlink.libc.Heir;
import io.kindnet.netlink.route.Links;
import io.kindnet.netlink.route.RouteSocket;

/** A program in the place of the plugin that has an heir, and deletes the link that it is told. */
final class Inheriting {
  private Inheriting() {}

  public static void main(String[] arguments) {
    String name = arguments[0];
    Heir heir = Heir.of(System.getProperty("io.kindnet.cni.heir"));
    try (RouteSocket socket = RouteSocket.open()) {
      Links links = socket.links();
      links.deletePromptly(name, heir);
      // it is in the kernel for a while yet
      boolean alone =
          Thread.getAllStackTraces().keySet().stream()
              .noneMatch(thread -> thread.getName().equals("delete link"));
      System.out.println(
          name
              + (links.findByName(name).isEmpty() ? " is gone, " : " is there, ")
              + (alone ? "without" : "by")
              + " a thread of its own");
    }
  }
}
