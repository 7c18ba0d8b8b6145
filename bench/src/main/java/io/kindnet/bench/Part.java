package io.kindnet.bench;

/** One of the things that can be measured alone. */
enum Part {
  /** Each operation alone, again and again. */
  CALLS,
  /** What a call asks the kernel for, and which classes it loads. */
  KERNEL,
  /** Many calls at once. */
  BURST,
  /** A call where there is a lot already. */
  GROWTH,
  /** The agent that answers calls: when it begins, and what it keeps. */
  AGENT,
  /** What network policies cost. */
  POLICY,
  /** The cache of DNS answers. */
  DNS,
  /** What pods with IPv6 only reach of IPv4, beside what they reach of IPv6. */
  NAT64,
  /** Calls, bursts and starts beside those of an earlier build. */
  EARLIER
}
