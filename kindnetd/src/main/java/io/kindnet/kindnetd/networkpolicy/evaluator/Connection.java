package io.kindnet.kindnetd.networkpolicy.evaluator;

import io.kindnet.cni.protocol.TransportProtocol;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The first packet of a connection, after the destination was translated, and before the source is.
 *
 * @param protocol empty for one without ports, such as ICMP
 * @param port of the destination; 0 where there is none
 */
public record Connection(
    InetAddress source, InetAddress destination, Optional<TransportProtocol> protocol, int port) {}
