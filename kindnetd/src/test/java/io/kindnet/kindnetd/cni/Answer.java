package io.kindnet.kindnetd.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.cni.handover.Handover;

/**
 * What the agent sends for a request.
 *
 * @param outcome {@link Handover#ANSWERED} or {@link Handover#DECLINED}
 * @param exitCode what the plugin is to end with
 * @param document its standard output, or the reason for declining
 */
record Answer(int outcome, int exitCode, String document) {
  /** The agent has ended the connection, and has sent nothing. */
  static final Answer NONE = new Answer(-1, 0, "");

  /** Of a call that succeeds without a result. */
  static final Answer SILENCE = new Answer(Handover.ANSWERED, 0, "");

  JsonNode json() {
    try {
      return new ObjectMapper().readTree(document);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("not JSON: " + this, notJson);
    }
  }

  /** The result of a call that must succeed. */
  JsonNode result() {
    assertThat(new Answer(outcome, exitCode, "")).as(document).isEqualTo(SILENCE);
    return json();
  }

  /** The error object of a call that must fail. */
  JsonNode error() {
    assertThat(outcome).as(toString()).isEqualTo(Handover.ANSWERED);
    assertThat(exitCode).as(document).isEqualTo(1);
    return json();
  }

  /** The reason for declining what must be declined. */
  String reason() {
    assertThat(outcome).as(toString()).isEqualTo(Handover.DECLINED);
    return document;
  }
}
