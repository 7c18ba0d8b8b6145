package io.kindnet.cni.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables of one call, checked. Variables that a verb does not need are the empty
 * string where they are not set.
 *
 * @param command {@code CNI_COMMAND}
 * @param containerId {@code CNI_CONTAINERID}
 * @param netns {@code CNI_NETNS}: the path of the container's network namespace; may be empty for
 *     DEL, when the runtime no longer has one
 * @param interfaceName {@code CNI_IFNAME}: the interface inside the container
 * @param args {@code CNI_ARGS} as it came, for {@link PodIdentity#fromArgs}
 * @param logFile {@code CNI_LOG_FILE}, or null where nothing is to be logged
 */
public record CniEnvironment(
    CniCommand command,
    String containerId,
    String netns,
    String interfaceName,
    String args,
    @Nullable String logFile) {

  /**
   * Reads the variables and checks those that the verb needs. {@code CNI_PATH} is not used here and
   * therefore not asked for.
   *
   * @throws CniException {@link CniErrorCode#INVALID_ENVIRONMENT}, naming each variable that is
   *     missing, or the one that is bad and why
   */
  public static CniEnvironment of(Map<String, String> variables) throws CniException {
    String name = variables.getOrDefault("CNI_COMMAND", "");
    if (name.isEmpty()) {
      throw missing("CNI_COMMAND");
    }
    String log = variables.getOrDefault("CNI_LOG_FILE", "");
    CniEnvironment environment =
        new CniEnvironment(
            CniCommand.named(name),
            variables.getOrDefault("CNI_CONTAINERID", ""),
            variables.getOrDefault("CNI_NETNS", ""),
            variables.getOrDefault("CNI_IFNAME", ""),
            variables.getOrDefault("CNI_ARGS", ""),
            log.isEmpty() ? null : log);
    if (environment.command.isAboutOneContainer()) {
      environment.checkContainer();
    }
    return environment;
  }

  /** The container and its interface; only for verbs that are about one container. */
  public Attachment attachment() {
    return new Attachment(containerId, interfaceName);
  }

  private void checkContainer() throws CniException {
    StringBuilder missing = new StringBuilder();
    append(missing, "CNI_CONTAINERID", containerId);
    if (command != CniCommand.DEL) {
      append(missing, "CNI_NETNS", netns);
    }
    append(missing, "CNI_IFNAME", interfaceName);
    if (!missing.isEmpty()) {
      throw missing(missing.toString());
    }
    check("CNI_CONTAINERID", containerId, Names.problemWithIdentifier(containerId));
    check("CNI_IFNAME", interfaceName, Names.problemWithInterface(interfaceName));
  }

  private static void append(StringBuilder missing, String name, String value) {
    if (value.isEmpty()) {
      missing.append(missing.isEmpty() ? "" : ", ").append(name);
    }
  }

  private static CniException missing(String names) {
    return new CniException(
        CniErrorCode.INVALID_ENVIRONMENT, "required environment variables are missing: " + names);
  }

  private static void check(String name, String value, @Nullable String problem)
      throws CniException {
    if (problem != null) {
      throw new CniException(
          CniErrorCode.INVALID_ENVIRONMENT, name + " '" + value + "' is invalid: " + problem);
    }
  }
}
