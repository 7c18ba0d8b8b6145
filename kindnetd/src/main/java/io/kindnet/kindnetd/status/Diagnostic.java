package io.kindnet.kindnetd.status;

/**
 * A line for the log, about something that is not as usual.
 *
 * @param isWarning whether something is wrong, and not only different
 */
public record Diagnostic(boolean isWarning, String text) {}
