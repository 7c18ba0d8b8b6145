/**
 * The SQLite file with all that the plugin remembers: schema, rows, one immediate transaction per
 * verb. Knows nothing of the kernel and of how addresses are chosen.
 */
@NullMarked
package io.kindnet.cni.store;

import org.jspecify.annotations.NullMarked;
