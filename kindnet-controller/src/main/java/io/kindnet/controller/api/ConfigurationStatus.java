package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has become of the spec. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConfigurationStatus(
    @JsonPropertyDescription("the generation of the object that this tells of")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "Ready: every node has an agent of this spec, which is ready. Progressing: a change is"
                + " on its way to the nodes. Degraded: something is wrong, and the message says"
                + " what")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("how many nodes are how far") @Nullable NodeCounts nodes,
    @JsonPropertyDescription("how many nodes have which image")
        @Nullable List<VersionCount> versions,
    @JsonPropertyDescription("nodes whose agent is not ready, and why; ten at most")
        @Nullable List<FailedNode> failedNodes) {

  /** Without anything known. */
  public static ConfigurationStatus unknown() {
    return new ConfigurationStatus(null, null, null, null, null);
  }
}
