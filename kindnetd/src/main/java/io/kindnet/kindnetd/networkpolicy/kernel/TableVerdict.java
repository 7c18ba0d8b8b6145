package io.kindnet.kindnetd.networkpolicy.kernel;

import java.util.Optional;

/**
 * What a table does with a packet.
 *
 * @param accepted whether it lets it through
 * @param chain the chain that has decided; empty where the policy of the base chain has
 * @param comment of the rule that has decided; empty where it has none
 */
public record TableVerdict(boolean accepted, Optional<String> chain, Optional<String> comment) {}
