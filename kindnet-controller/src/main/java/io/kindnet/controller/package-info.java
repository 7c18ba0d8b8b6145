/**
 * {@code kindnet-controller}: main, options, and what is done for a Configuration: its DaemonSets
 * applied, its status written, its end.
 */
@NullMarked
package io.kindnet.controller;

import org.jspecify.annotations.NullMarked;
