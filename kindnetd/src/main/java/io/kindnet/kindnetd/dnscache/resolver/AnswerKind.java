package io.kindnet.kindnetd.dnscache.resolver;

/** What a server has answered. */
public enum AnswerKind {
  /** Records. */
  RECORDS,
  /** There are no records of that type (RFC 2308, NODATA). */
  NO_DATA,
  /** There is no such name (NXDOMAIN). */
  NO_NAME,
  /** The server could not, or did not want to, answer (SERVFAIL, REFUSED). */
  FAILURE
}
