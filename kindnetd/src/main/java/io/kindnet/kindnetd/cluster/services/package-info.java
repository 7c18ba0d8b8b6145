/** Services and their endpoints, as far as an agent needs some of them. */
@NullMarked
package io.kindnet.kindnetd.cluster.services;

import org.jspecify.annotations.NullMarked;
