/**
 * The plugin on the host: puts the directory of this image beside the versions that are there, lets
 * a link lead to it, and keeps it so. Knows nothing of the cluster, nor of what the plugin does.
 */
@NullMarked
package io.kindnet.kindnetd.install;

import org.jspecify.annotations.NullMarked;
