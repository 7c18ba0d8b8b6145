package io.kindnet.kindnetd.nat64;

/**
 * How much of something there was.
 *
 * @param packets those on the wire: a packet that the kernel has not cut yet counts as what it is
 *     cut into
 * @param bytes of IP
 */
record Count(long packets, long bytes) {}
