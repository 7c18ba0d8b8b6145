package io.kindnet.cni.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What a call of the plugin answers.
 *
 * @param exitCode 0, or 1 with an error object; what a signal makes of it where the call was killed
 * @param document what is on standard output
 */
public record Answer(int exitCode, String document) {
  private static final ObjectMapper JSON = new ObjectMapper();

  boolean succeeded() {
    return exitCode == 0;
  }

  JsonNode json() {
    try {
      return JSON.readTree(document);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("not JSON: '" + document + "'", notJson);
    }
  }

  /** The code of the error object. */
  int errorCode() {
    return json().path("code").asInt();
  }
}
