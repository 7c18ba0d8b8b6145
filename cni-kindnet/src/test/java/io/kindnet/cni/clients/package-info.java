/**
 * The plugin as {@code make dist} made it, called as a separate process: by hand, by cnitool and by
 * containerd. Must not know the plugin's classes.
 */
@NullMarked
package io.kindnet.cni.clients;

import org.jspecify.annotations.NullMarked;
