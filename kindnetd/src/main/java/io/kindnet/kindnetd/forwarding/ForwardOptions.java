package io.kindnet.kindnetd.forwarding;

/**
 * What is done about chains of others that drop forwarded packets.
 *
 * @param accept {@code --accept-forwarded-pods}: pods' packets are let through
 */
public record ForwardOptions(boolean accept) {}
