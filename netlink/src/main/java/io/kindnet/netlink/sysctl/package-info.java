/** Reads and writes sysctls of the network, by the files of {@code /proc/sys/net}. */
@NullMarked
package io.kindnet.netlink.sysctl;

import org.jspecify.annotations.NullMarked;
