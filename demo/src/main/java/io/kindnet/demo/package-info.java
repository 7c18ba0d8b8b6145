/**
 * Shows the whole at work: nodes as network namespaces, an embedded API server, the real agent and
 * the real plugin. Knows the programs only by their command lines.
 */
@NullMarked
package io.kindnet.demo;

import org.jspecify.annotations.NullMarked;
