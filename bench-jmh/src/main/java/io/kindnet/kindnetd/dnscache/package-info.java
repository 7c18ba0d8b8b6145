/** What the DNS cache does for each query. */
@NullMarked
package io.kindnet.kindnetd.dnscache;

import org.jspecify.annotations.NullMarked;
