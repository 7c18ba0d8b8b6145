package io.kindnet.netlink.wire;

/**
 * A request of a batch that the kernel refused.
 *
 * @param index its place in the batch, from 0
 * @param error what the kernel said
 */
public record BatchFailure(int index, NetlinkException error) {}
