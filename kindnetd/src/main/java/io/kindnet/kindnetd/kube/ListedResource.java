package io.kindnet.kindnetd.kube;

/** A kind of objects that is listed and watched, in one of the formats of the API server. */
public sealed interface ListedResource<T extends ApiRecord> permits Resource, JsonResource {
  /**
   * Of all objects, such as {@code api/v1/nodes}; with {@code ?fieldSelector=} or {@code
   * ?labelSelector=} of some of them.
   */
  String path();

  /** For logs, such as {@code Nodes}. */
  String plural();

  /**
   * Whether a cluster may do without it: where the API server does not know it (404), there are no
   * objects of it, until it is installed.
   */
  boolean isOptional();
}
