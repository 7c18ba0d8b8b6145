package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whose answers are cached, and for how long. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DnsCaching(
    @AgentFlag("dns-caching") @Nullable Boolean enabled,
    @AgentFlag("dns-caching-nameservers")
        @Size(max = 8)
        @ValidationRule(
            value = "self.all(a, isIP(a))",
            message = "each is an address of IPv4 or IPv6")
        @Nullable List<@Size(max = 64) String> nameServers,
    @AgentFlag("dns-caching-max-ttl") @Min(0) @Max(604800) @Nullable Integer maxTTLSeconds) {}
