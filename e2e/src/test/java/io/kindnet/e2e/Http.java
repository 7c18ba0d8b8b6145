package io.kindnet.e2e;

/** How one asks the servers in pods. */
final class Http {
  private Http() {}

  /** The command that prints who answers at an address, and whom it saw asking. */
  static String[] ask(String address, int port) {
    return ask(address, port, 5);
  }

  /** As {@link #ask(String, int)}, with the seconds after which it gives up. */
  static String[] ask(String address, int port, int seconds) {
    return new String[] {
      "sh",
      "-c",
      "printf 'GET /cgi-bin/who HTTP/1.0\\r\\n\\r\\n' | busybox nc -w %d %s %d | tail -n 1"
          .formatted(seconds, address, port)
    };
  }
}
