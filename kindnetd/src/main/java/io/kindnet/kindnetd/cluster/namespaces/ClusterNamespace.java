package io.kindnet.kindnetd.cluster.namespaces;

import io.kindnet.kindnetd.cluster.Labels;

/** What the agents need of a Namespace. */
public record ClusterNamespace(String name, Labels labels) {}
