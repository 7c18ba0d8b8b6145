package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Values of their own for some nodes. They have a DaemonSet of their own, {@code kindnet-NAME}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeOverride(
    @JsonPropertyDescription("the end of the name of their DaemonSet, kindnet-NAME")
        @Required
        @Size(min = 1, max = 40)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        String name,
    @JsonPropertyDescription("the label that these nodes have") @Required NodeLabel nodeLabel,
    @JsonPropertyDescription(
            "what is different there, field by field as in the spec; a list takes the place of the"
                + " other")
        @Required
        @PreserveUnknownFields
        ObjectNode settings) {}
