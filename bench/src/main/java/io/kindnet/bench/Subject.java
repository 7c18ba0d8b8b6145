package io.kindnet.bench;

/**
 * What is measured.
 *
 * @param operation such as {@code ADD dual-stack}
 * @param who the program
 * @param way how it is called
 */
record Subject(String operation, String who, String way) {}
