package io.kindnet.cni.protocol;

import static io.kindnet.cni.protocol.CniErrorCode.INVALID_ENVIRONMENT;
import static io.kindnet.cni.protocol.CniErrors.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CniEnvironmentTest {
  private final Map<String, String> variables = new HashMap<>();

  CniEnvironmentTest() {
    variables.put("CNI_COMMAND", "ADD");
    variables.put("CNI_CONTAINERID", "3f0b.a-b_c");
    variables.put("CNI_NETNS", "/run/netns/pod");
    variables.put("CNI_IFNAME", "eth0");
  }

  @Test
  void readsAllVariables() throws CniException {
    variables.put("CNI_ARGS", "K8S_POD_NAME=web");
    variables.put("CNI_LOG_FILE", "/var/log/cni.log");

    assertThat(CniEnvironment.of(variables))
        .isEqualTo(
            new CniEnvironment(
                CniCommand.ADD,
                "3f0b.a-b_c",
                "/run/netns/pod",
                "eth0",
                "K8S_POD_NAME=web",
                "/var/log/cni.log"));
  }

  @Test
  void namesEveryMissingVariable() {
    variables.keySet().retainAll(Set.of("CNI_COMMAND"));

    assertError(INVALID_ENVIRONMENT, () -> CniEnvironment.of(variables))
        .isEqualTo(
            "required environment variables are missing: CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME");
  }

  @ParameterizedTest
  @CsvSource({"ADD,CNI_NETNS", "CHECK,CNI_NETNS", "DEL,CNI_CONTAINERID", "DEL,CNI_IFNAME"})
  void asksForWhatTheVerbNeeds(String command, String variable) {
    variables.put("CNI_COMMAND", command);
    variables.put(variable, "");

    assertError(INVALID_ENVIRONMENT, () -> CniEnvironment.of(variables)).endsWith(": " + variable);
  }

  @Test
  void delDoesWithoutNamespace() throws CniException {
    variables.put("CNI_COMMAND", "DEL");
    variables.remove("CNI_NETNS");

    assertThat(CniEnvironment.of(variables).netns()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"STATUS", "GC", "VERSION"})
  void verbsAboutNoContainerNeedNothingElse(String command) throws CniException {
    assertThat(CniEnvironment.of(Map.of("CNI_COMMAND", command)).command())
        .isEqualTo(CniCommand.valueOf(command));
  }

  @ParameterizedTest
  @ValueSource(strings = {"add", "REMOVE", " ADD"})
  void refusesUnknownVerbs(String command) {
    variables.put("CNI_COMMAND", command);

    assertError(INVALID_ENVIRONMENT, () -> CniEnvironment.of(variables))
        .startsWith("CNI_COMMAND '" + command + "' is unknown");
  }

  @Test
  void refusesToGuessTheVerb() {
    assertError(INVALID_ENVIRONMENT, () -> CniEnvironment.of(Map.of()))
        .isEqualTo("required environment variables are missing: CNI_COMMAND");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-abc", ".abc", "_a", "a/b", "a b", "a;b", "ä"})
  void refusesContainerIds(String id) {
    variables.put("CNI_CONTAINERID", id);

    assertError(INVALID_ENVIRONMENT, () -> CniEnvironment.of(variables))
        .startsWith("CNI_CONTAINERID '" + id + "' is invalid: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".", "..", "eth/0", "eth:0", "eth 0", "eth%d", "eth0\t", "sixteencharsname"})
  void refusesInterfaceNames(String name) {
    variables.put("CNI_IFNAME", name);

    assertError(INVALID_ENVIRONMENT, () -> CniEnvironment.of(variables))
        .startsWith("CNI_IFNAME '" + name + "' is invalid: ");
  }

  @Test
  void takesTheLongestInterfaceName() throws CniException {
    variables.put("CNI_IFNAME", "fifteen-chars.0");

    assertThat(CniEnvironment.of(variables).interfaceName()).hasSize(15);
  }

  @Test
  void readsWhoThePodIs() throws CniException {
    assertThat(
            PodIdentity.fromArgs(
                "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;"
                    + "K8S_POD_INFRA_CONTAINER_ID=abc;K8S_POD_UID=5f=;"))
        .isEqualTo(new PodIdentity("default", "web-0", "5f="));
    assertThat(PodIdentity.fromArgs("")).isEqualTo(new PodIdentity("", "", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"K8S_POD_NAME", "A=1;web;B=2", "=web"})
  void refusesArgsThatAreNoPairs(String args) {
    assertError(INVALID_ENVIRONMENT, () -> PodIdentity.fromArgs(args)).startsWith("CNI_ARGS: '");
  }
}
