package io.kindnet.kindnetd.node;

/**
 * A line for the log, about something that is not as usual.
 *
 * @param isWarning whether something is wrong, and not only different
 */
record Note(boolean isWarning, String text) {}
