package io.kindnet.e2e;

/** How one asks the servers in pods. */
final class Http {
  private Http() {}

  /** The command that prints who answers at an address, and whom it saw asking. */
  static String[] ask(String address, int port) {
    return new String[] {
      "sh",
      "-c",
      "printf 'GET /cgi-bin/who HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 5 %s %d | tail -n 1"
          .formatted(address, port)
    };
  }
}
