package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.delegation.DelegationProtocol;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where calls of the plugin are served.
 *
 * @param socket {@code --cni-socket}; empty where none are
 */
public record CallServerOptions(Optional<Path> socket) {
  /** The socket, or where one would be. */
  public Path path() {
    return socket.orElse(DelegationProtocol.DEFAULT_SOCKET);
  }
}
