package io.kindnet.kindnetd.dnscache.server;

import java.util.concurrent.atomic.LongAdder;

/** What has come and gone. Thread-safe. */
public final class TrafficCounts {
  final LongAdder datagrams = new LongAdder();
  final LongAdder messages = new LongAdder();
  final LongAdder forwarded = new LongAdder();
  final LongAdder limited = new LongAdder();
  final LongAdder lost = new LongAdder();
  final LongAdder connections = new LongAdder();

  /** Queries that came over UDP. */
  public long datagrams() {
    return datagrams.sum();
  }

  /** Queries that came over TCP. */
  public long messages() {
    return messages.sum();
  }

  /** Queries that were sent on to the name server in the client's name, for it to answer. */
  public long forwarded() {
    return forwarded.sum();
  }

  /** Of these, how many because the client had too many questions under way. */
  public long limited() {
    return limited.sum();
  }

  /** Answers and queries that the kernel did not take. */
  public long lost() {
    return lost.sum();
  }

  /** TCP connections that were accepted. */
  public long connections() {
    return connections.sum();
  }
}
