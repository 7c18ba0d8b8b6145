package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** Which nodes an override is for. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeLabel(
    @JsonPropertyDescription("the key of the label") @Required @Size(min = 1, max = 317) String key,
    @JsonPropertyDescription("its values; a node with any of them is meant")
        @Required
        @Size(min = 1, max = 32)
        List<@Size(max = 63) String> values) {}
