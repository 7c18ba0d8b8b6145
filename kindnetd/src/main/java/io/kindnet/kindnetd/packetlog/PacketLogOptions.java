package io.kindnet.kindnetd.packetlog;

/**
 * What the log of packets was asked for.
 *
 * @param level {@code --nflog-level}: the verbosity from which packets are logged
 * @param json {@code --nflog-format}: whether lines are JSON, or else text
 */
public record PacketLogOptions(int level, boolean json) {
  /** Whether packets are logged at {@code verbosity}. */
  public boolean enabled(int verbosity) {
    return verbosity >= level;
  }
}
