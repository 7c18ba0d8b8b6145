/**
 * Programs and maps of BPF: reads them from an object file, loads them through {@code bpf(2)}.
 * Knows nothing of what programs are for, nor of where they are attached.
 */
@NullMarked
package io.kindnet.netlink.bpf;

import org.jspecify.annotations.NullMarked;
