package io.kindnet.kindnetd.cluster.policies;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.kindnetd.kube.ApiRecord;

/**
 * A policy, and which state of it this is.
 *
 * @param version {@code metadata.resourceVersion}
 */
public record PolicyObject(String version, Policy policy) implements ApiRecord {
  static PolicyObject of(JsonNode json, Policy policy) {
    return new PolicyObject(json.path("metadata").path("resourceVersion").asText(""), policy);
  }

  @Override
  public String key() {
    return policy.fullName();
  }
}
