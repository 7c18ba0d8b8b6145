package io.kindnet.kindnetd.trace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.ip.IpAddresses;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What happened to the packets that were traced.
 *
 * @param stories one for each packet, in the order in which they came
 * @param lost whether something is missing, because it came faster than it was read
 */
public record TraceReport(List<PacketStory> stories, boolean lost) {
  /** Copies the list. */
  public TraceReport {
    stories = List.copyOf(stories);
  }

  /** How many packets were dropped. */
  public long dropped() {
    return stories.stream().filter(PacketStory::dropped).count();
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (PacketStory story : stories) {
      text.append("packet ").append(++number).append(": ");
      text.append(story.header().protocolName()).append(' ');
      text.append(story.source()).append(" -> ").append(story.destination()).append('\n');
      story.steps().forEach(step -> append(text, step));
      story.policies().forEach(line -> line(text, "policies", line));
      story.answer().ifPresent(answer -> line(text, "answered", answer(answer)));
      text.append('\n');
    }
    text.append(stories.size()).append(stories.size() == 1 ? " packet, " : " packets, ");
    text.append(dropped()).append(" dropped\n");
    if (lost) {
      text.append("some events are missing: they came faster than they were read\n");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, TraceStep step) {
    if (step.table().isEmpty()) {
      line(text, step.kind(), step.text());
      return;
    }
    boolean dropped = step.kind().equals("dropped");
    String place = "table " + step.table() + ", chain " + step.chain();
    line(
        text,
        step.kind(),
        place
            + ": "
            + step.text()
            + (dropped || step.verdict().isEmpty() || step.text().endsWith(step.verdict())
                ? ""
                : " -> " + step.verdict()));
    if (dropped) {
      line(text, "", "that is " + step.verdict());
    }
  }

  private static void line(StringBuilder text, String kind, String what) {
    text.append(String.format(Locale.ROOT, "  %-11s  %s%n", kind, what));
  }

  private static String answer(PacketStory.Answer answer) {
    return "by packet "
        + answer.packet()
        + (answer.after().isZero()
            ? ""
            : String.format(Locale.ROOT, ", after %.2f ms", millis(answer.after())));
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }

  /** For programs. */
  public ObjectNode json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ArrayNode packets = root.putArray("packets");
    for (PacketStory story : stories) {
      ObjectNode node = packets.addObject();
      node.put("protocol", story.header().protocolName());
      node.put("source", IpAddresses.format(story.header().source()));
      node.put("sourcePort", Math.max(0, story.header().sourcePort()));
      node.put("destination", IpAddresses.format(story.header().destination()));
      node.put("port", Math.max(0, story.header().destinationPort()));
      node.put("dropped", story.dropped());
      ArrayNode steps = node.putArray("steps");
      for (TraceStep step : story.steps()) {
        ObjectNode object = steps.addObject().put("kind", step.kind());
        if (!step.table().isEmpty()) {
          object.put("table", step.table()).put("chain", step.chain());
          if (step.rule() != 0) {
            object.put("rule", step.rule());
          }
          object.put(step.kind().equals("dropped") ? "reason" : "verdict", step.verdict());
        }
        object.put("text", step.text());
      }
      story.policies().forEach(node.putArray("policies")::add);
      story
          .answer()
          .ifPresent(answer ->
              node.putObject("answer")
                  .put("packet", answer.packet())
                  .put("afterMillis", millis(answer.after())));
    }
    return root.put("dropped", dropped()).put("eventsLost", lost);
  }
}
