/**
 * Files that others change, too: how that is noticed, and how files and directories are made to
 * last and to go. Knows nothing of what is in them.
 */
@NullMarked
package io.kindnet.kindnetd.files;

import org.jspecify.annotations.NullMarked;
