package io.kindnet.cni.model;

/** The form of the lines that facts are compared in. Those of a pod begin with its namespace. */
final class Lines {
  private Lines() {}

  static String link(String name, String mac, int mtu, String alias, String master) {
    return "link " + name + " mac " + mac + " mtu " + mtu + " '" + alias + "' '" + master + "'";
  }

  static String bridge(String name) {
    return "bridge " + name;
  }

  static String address(String link, String address, int length) {
    return "address of " + link + ": " + address + "/" + length;
  }

  static String route(String destination, String gateway, String link, String source) {
    return "route to "
        + destination
        + " via '"
        + gateway
        + "' by "
        + link
        + " from '"
        + source
        + "'";
  }

  /** The route that lets answers to {@code ::1} come back by {@code link}. */
  static String loopbackRoute(String link) {
    return "route to ::1 by " + link;
  }

  static String row(String table, Object... values) {
    StringBuilder line = new StringBuilder("row of ").append(table).append(':');
    for (Object value : values) {
      line.append(' ').append(value);
    }
    return line.toString();
  }

  static String element(String element) {
    return "element " + element;
  }

  static String rules(String chain, int count) {
    return "rules of " + chain + ": " + count;
  }
}
