package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** NAT64. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Nat64(
    @AgentFlag("nat64") @Nullable Boolean enabled,
    @AgentFlag("nat64-prefix")
        @Size(max = 64)
        @ValidationRule(value = "isCIDR(self)", message = "a CIDR such as 64:ff9b::/96")
        @Nullable String prefix,
    @AgentFlag("nat64-pool")
        @Size(max = 64)
        @ValidationRule(value = "isCIDR(self)", message = "a CIDR such as 240.64.0.0/16")
        @Nullable String pool,
    @AgentFlag("nat64-allow")
        @Size(max = 64)
        @ValidationRule(
            value = "self.all(c, isCIDR(c))",
            message = "each is a CIDR such as 10.0.0.0/8")
        @Nullable List<@Size(max = 64) String> allowedCIDRs) {}
