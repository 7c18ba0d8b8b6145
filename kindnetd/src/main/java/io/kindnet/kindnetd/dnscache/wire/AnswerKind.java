package io.kindnet.kindnetd.dnscache.wire;

/** What a server has answered. */
public enum AnswerKind {
  /** Records. */
  RECORDS,
  /** There are no records of that type (RFC 2308, NODATA). */
  NO_DATA,
  /** There is no such name (NXDOMAIN). */
  NO_NAME,
  /** The server could not, or did not want to, answer (SERVFAIL, REFUSED). */
  FAILURE,
  /** Anything else, such as a delegation or a code that says nothing about the name. */
  OTHER
}
