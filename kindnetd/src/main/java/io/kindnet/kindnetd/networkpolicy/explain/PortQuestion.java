package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The port that is asked about.
 *
 * @param protocol empty for ICMP, which has no ports
 * @param port a number, or what a container of the destination calls it
 */
public record PortQuestion(Optional<TransportProtocol> protocol, String port) {
  private static final String ICMP = "icmp";
  private static final int MOST_PORT = 0xffff;

  /**
   * Reads {@code PORT}, {@code PORT/PROTOCOL} or {@code icmp}.
   *
   * @throws IllegalArgumentException with the reason, if it is anything else
   */
  public static PortQuestion parse(String text) {
    if (text.equalsIgnoreCase(ICMP)) {
      return new PortQuestion(Optional.empty(), "");
    }
    int slash = text.indexOf('/');
    String port = slash < 0 ? text : text.substring(0, slash);
    String name = slash < 0 ? "tcp" : text.substring(slash + 1);
    @Nullable TransportProtocol protocol = TransportProtocol.named(name);
    if (protocol == null) {
      throw new IllegalArgumentException("protocol '" + name + "' is not tcp, udp or sctp");
    }
    boolean number = !port.isEmpty() && port.chars().allMatch(c -> c >= '0' && c <= '9');
    if (port.isEmpty()
        || (number
            && (port.length() > 5 || Integer.parseInt(port) > MOST_PORT || port.equals("0")))) {
      throw new IllegalArgumentException(
          "not a port such as 80/tcp, 53/udp or http/tcp, and not icmp");
    }
    return new PortQuestion(Optional.of(protocol), port);
  }

  /**
   * The number of the port.
   *
   * @param destination whose containers may give ports names
   * @throws ExplainException naming the port, if nobody calls one so
   */
  int number(Optional<ClusterPod> destination) throws ExplainException {
    if (protocol.isEmpty()) {
      return 0;
    }
    if (Character.isDigit(port.charAt(0)) && port.chars().allMatch(Character::isDigit)) {
      return Integer.parseInt(port);
    }
    for (NamedPort named : destination.map(ClusterPod::ports).orElse(List.of())) {
      if (named.name().equals(port)
          && named.protocol().equalsIgnoreCase(protocol.get().toString())) {
        return named.port();
      }
    }
    throw new ExplainException(
        destination
            .map(pod ->
                "pod "
                    + EndPoint.name(pod)
                    + " has no "
                    + protocol.get()
                    + " port that is called '"
                    + port
                    + "'")
            .orElse("port '" + port + "' is a name, and the destination is no pod"));
  }
}
