package io.kindnet.kindnetd.kube;

/** What is kept of an object of the API server. */
public interface ApiRecord {
  /** What tells it from the others of its resource: its name, with its namespace if it has one. */
  String key();

  /** {@code metadata.resourceVersion}. */
  String version();
}
