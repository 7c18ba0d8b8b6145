package io.kindnet.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.demo.CniClient.Added;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoReply;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Transport;
import java.util.List;

/**
 * A pod: a namespace that the plugin wired, with servers on {@link #PORT}.
 *
 * @param name its name, which its servers answer with
 * @param hostPorts what the client asked the plugin for
 * @param addMillis how long the plugin took
 * @param addressV4 empty where pods have none
 */
record Pod(
    String name,
    Namespace namespace,
    String containerId,
    List<HostPort> hostPorts,
    long addMillis,
    EchoPeer peer,
    String addressV4,
    String addressV6) {
  static final int PORT = 8080;

  /** A port of the node that leads to {@link #PORT} of the pod. */
  record HostPort(int port, Transport transport) {}

  static Pod started(
      String name, Namespace namespace, String containerId, List<HostPort> hostPorts, Added added) {
    String addressV4 = "";
    String addressV6 = "";
    for (JsonNode ip : added.result().path("ips")) {
      String address = ip.path("address").asText();
      String bare = address.substring(0, address.indexOf('/'));
      if (bare.indexOf(':') >= 0) {
        addressV6 = bare;
      } else {
        addressV4 = bare;
      }
    }
    EchoPeer peer = EchoPeer.in(namespace, name);
    for (String address : new String[] {addressV4, addressV6}) {
      if (!address.isEmpty()) {
        peer.listen(Transport.TCP, address, PORT).listen(Transport.UDP, address, PORT);
      }
    }
    return new Pod(
        name, namespace, containerId, hostPorts, added.millis(), peer, addressV4, addressV6);
  }

  EchoReply ask(Transport transport, String address, int port) {
    return peer.ask(EchoRequest.to(transport, address, port));
  }
}
