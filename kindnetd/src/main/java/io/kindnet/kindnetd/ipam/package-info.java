/**
 * What the plugin's database says of this node's addresses: how many are left, and which rows
 * belong to no sandbox any more. Knows nothing of Nodes, routes and rules.
 */
@NullMarked
package io.kindnet.kindnetd.ipam;

import org.jspecify.annotations.NullMarked;
