package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.cni.delegation.DelegationProtocol;

/**
 * What the agent sends for a request.
 *
 * @param outcome {@link DelegationProtocol#ANSWERED} or {@link DelegationProtocol#DECLINED}
 * @param exitCode what the plugin is to end with
 * @param document its standard output, or the reason for declining
 */
record AgentAnswer(int outcome, int exitCode, String document) {
  /** The agent has ended the connection, and has sent nothing. */
  static final AgentAnswer NONE = new AgentAnswer(-1, 0, "");

  /** Of a call that succeeds without a result. */
  static final AgentAnswer SILENCE = new AgentAnswer(DelegationProtocol.ANSWERED, 0, "");

  JsonNode json() {
    try {
      return new ObjectMapper().readTree(document);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("not JSON: " + this, notJson);
    }
  }

  /** The result of a call that must succeed. */
  JsonNode result() {
    assertThat(new AgentAnswer(outcome, exitCode, "")).as(document).isEqualTo(SILENCE);
    return json();
  }

  /** The error object of a call that must fail. */
  JsonNode error() {
    assertThat(outcome).as(toString()).isEqualTo(DelegationProtocol.ANSWERED);
    assertThat(exitCode).as(document).isEqualTo(1);
    return json();
  }

  /** The reason for declining what must be declined. */
  String reason() {
    assertThat(outcome).as(toString()).isEqualTo(DelegationProtocol.DECLINED);
    return document;
  }
}
