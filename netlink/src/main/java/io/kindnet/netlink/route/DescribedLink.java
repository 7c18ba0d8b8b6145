package io.kindnet.netlink.route;

/**
 * A link with its sysctls, which the kernel tells in one message.
 *
 * @param link what it is
 * @param sysctls those of its IPv4 and IPv6
 */
public record DescribedLink(Link link, LinkSysctls sysctls) {}
