package io.kindnet.kindnetd.trace;

import io.kindnet.kindnetd.packets.PacketHeader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What happened to one packet.
 *
 * @param header as it arrived
 * @param source who sent it, for people
 * @param destination to whom, for people
 * @param steps what happened, in order
 * @param policies what network policies say of its connection; empty if they were not asked
 * @param dropped whether a rule or a policy of a chain dropped it
 * @param answer the first packet that came the other way; empty if none did
 */
record PacketStory(
    PacketHeader header,
    String source,
    String destination,
    List<TraceStep> steps,
    List<String> policies,
    boolean dropped,
    Optional<Answer> answer) {
  /**
   * A packet that came the other way.
   *
   * @param packet which of the story's, from 1
   * @param after the time between when the kernel was heard of the one and of the other; zero where
   *     it was heard of both at once
   */
  record Answer(int packet, Duration after) {}

  PacketStory {
    steps = List.copyOf(steps);
    policies = List.copyOf(policies);
  }
}
