package io.kindnet.kindnetd.kube;

/**
 * A line for the log, about something that is not as usual.
 *
 * @param isWarning whether something is wrong, and not only different
 */
public record Note(boolean isWarning, String text) {}
