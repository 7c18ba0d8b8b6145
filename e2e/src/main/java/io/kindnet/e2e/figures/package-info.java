/**
 * What is measured on a real cluster: this plugin, in both of its ways, beside the chain of the
 * standard plugins, on the same kubelets in one run.
 */
@NullMarked
package io.kindnet.e2e.figures;

import org.jspecify.annotations.NullMarked;
