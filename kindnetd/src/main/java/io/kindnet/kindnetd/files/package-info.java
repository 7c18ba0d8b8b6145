/** Files that others change, too: how that is noticed. Knows nothing of what is in them. */
@NullMarked
package io.kindnet.kindnetd.files;

import org.jspecify.annotations.NullMarked;
