package io.kindnet.kindnetd.networkpolicy.explain;

/**
 * Whether the kernel of this machine does what policies say.
 *
 * @param allowed whether it lets the connection through
 * @param agrees whether it should, as far as that is this node's business
 * @param reason which of its rules decides, for people
 */
record KernelAnswer(boolean allowed, boolean agrees, String reason) {}
