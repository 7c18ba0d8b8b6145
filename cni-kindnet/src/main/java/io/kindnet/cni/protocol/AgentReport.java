package io.kindnet.cni.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * What an agent answers that is asked how it is: a JSON document.
 *
 * @param version of the agent
 * @param verbs the calls that it has served since it began
 */
public record AgentReport(String version, List<Verb> verbs) {
  /**
   * The calls of one verb.
   *
   * @param name such as {@code ADD}
   * @param calls how many there were
   * @param errors how many of them were answered with an error
   * @param medianMicros the median of how long the last of them took, in microseconds
   */
  public record Verb(String name, long calls, long errors, long medianMicros) {}

  /** The document. */
  public String toJson() {
    return JsonText.write(json -> {
      json.writeStartObject();
      json.writeStringField("version", version);
      json.writeArrayFieldStart("verbs");
      for (Verb verb : verbs) {
        json.writeStartObject();
        json.writeStringField("name", verb.name);
        json.writeNumberField("calls", verb.calls);
        json.writeNumberField("errors", verb.errors);
        json.writeNumberField("medianMicros", verb.medianMicros);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  /**
   * Reads the document.
   *
   * @throws CniException naming what is wrong with it
   */
  public static AgentReport of(String document) throws CniException {
    JsonObject report = JsonObject.parse("the agent's answer", document.getBytes(UTF_8));
    List<Verb> verbs = new ArrayList<>();
    for (JsonObject verb : report.objects("verbs")) {
      verbs.add(
          new Verb(
              verb.string("name"),
              number(verb, "calls"),
              number(verb, "errors"),
              number(verb, "medianMicros")));
    }
    return new AgentReport(report.string("version"), verbs);
  }

  private static long number(JsonObject object, String key) throws CniException {
    Long number = object.integer(key);
    return number == null ? 0 : number;
  }
}
