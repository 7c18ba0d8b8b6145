package io.kindnet.netlink.route;

/**
 * A program of BPF that sees each packet that comes in by a link, and decides what becomes of it
 * ({@code tc filter show dev LINK ingress}).
 *
 * @param name as {@code tc} shows it
 * @param programId the number that the kernel knows the program by
 * @param priority its place among the filters there
 * @param handle its number among the filters of that priority
 */
public record BpfFilter(String name, int programId, int priority, int handle) {}
