/**
 * Which pod CIDRs of Nodes are accepted: none that would take over what this machine reaches
 * without pods. Knows nothing of what the other agents do with the rest.
 */
@NullMarked
package io.kindnet.kindnetd.podcidr;

import org.jspecify.annotations.NullMarked;
