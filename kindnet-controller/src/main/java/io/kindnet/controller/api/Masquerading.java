package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which traffic from pods has the address of its node. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Masquerading(
    @AgentFlag("masquerading") @Nullable Boolean enabled,
    @AgentFlag("no-masquerade-cidr")
        @Size(max = 64)
        @ValidationRule(
            value = "self.all(c, isCIDR(c))",
            message = "each is a CIDR such as 10.0.0.0/8 or fd00::/8")
        @Nullable List<@Size(max = 64) String> excludedCIDRs) {}
