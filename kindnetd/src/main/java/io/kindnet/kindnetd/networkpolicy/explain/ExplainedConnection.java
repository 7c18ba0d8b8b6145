package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.kindnetd.networkpolicy.evaluator.Connection;
import io.kindnet.kindnetd.networkpolicy.evaluator.Verdict;
import java.util.Optional;

/**
 * A connection, and what becomes of it.
 *
 * @param kernel what the kernel does; empty if it was not asked
 */
record ExplainedConnection(
    EndPoint source,
    EndPoint destination,
    Connection connection,
    Verdict verdict,
    Optional<KernelAnswer> kernel) {
  ExplainedConnection with(KernelAnswer answer) {
    return new ExplainedConnection(source, destination, connection, verdict, Optional.of(answer));
  }
}
