package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.kindnetd.networkpolicy.evaluator.Connection;
import io.kindnet.kindnetd.networkpolicy.evaluator.Verdict;

/** A connection, and what becomes of it. */
record ExplainedConnection(
    EndPoint source, EndPoint destination, Connection connection, Verdict verdict) {}
