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
      DeletingThread thread = new DeletingThread();
      links.deletePromptly(name, heir);
      System.out.println(
          name
              + (links.findByName(name).isEmpty() ? " is gone, " : " is there, ")
              + (thread.wasMade ? "by" : "without")
              + " a thread of its own");
    }
  }

  /** Whether a thread for the deletion was made after this one, be it that it has ended. */
  private static final class DeletingThread extends InheritableThreadLocal<Boolean> {
    private boolean wasMade;

    DeletingThread() {
      set(true);
    }

    /** Called where a thread is made. */
    @Override
    protected Boolean childValue(Boolean parent) {
      wasMade |=
          StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
              .walk(frames ->
                  frames
                      .map(StackWalker.StackFrame::getDeclaringClass)
                      .filter(maker -> maker.getName().startsWith("io.kindnet.netlink."))
                      .findFirst())
              .filter(Links.class::equals)
              .isPresent();
      return parent;
    }
  }
}
