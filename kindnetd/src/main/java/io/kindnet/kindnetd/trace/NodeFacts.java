package io.kindnet.kindnetd.trace;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** What a story asks of the node and of the cluster. */
public interface NodeFacts {
  /** The pod that has {@code address}, as {@code NAMESPACE/NAME}. */
  Optional<String> podAt(InetAddress address);

  /**
   * What network policies say of a connection, a line for each direction.
   *
   * @param destination after it was translated
   * @param protocol {@code IPPROTO_}
   * @param port of the destination; 0 for none
   */
  List<String> policies(InetAddress source, InetAddress destination, int protocol, int port);
}
