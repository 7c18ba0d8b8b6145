/**
 * System calls and errno: the only code that touches jnr-ffi. Knows nothing of netlink messages.
 */
@NullMarked
package io.kindnet.netlink.libc;

import org.jspecify.annotations.NullMarked;
