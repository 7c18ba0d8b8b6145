package io.kindnet.cni.protocol;

/** The verbs of CNI, as they stand in {@code CNI_COMMAND}. */
public enum CniCommand {
  /** Gives a container its interface. */
  ADD(CniVersion.V0_1_0),
  /** Takes it away again. */
  DEL(CniVersion.V0_1_0),
  /** Says whether it is still as ADD left it. */
  CHECK(CniVersion.V0_4_0),
  /** Says whether an ADD would succeed. */
  STATUS(CniVersion.V1_1_0),
  /** Removes what belongs to no container in a list. */
  GC(CniVersion.V1_1_0),
  /** Lists the specifications that are spoken. */
  VERSION(CniVersion.V0_1_0);

  private final CniVersion since;

  CniCommand(CniVersion since) {
    this.since = since;
  }

  /** The first specification with this verb. */
  public CniVersion since() {
    return since;
  }

  /** Whether the verb is about one container: ADD, DEL and CHECK. */
  public boolean isAboutOneContainer() {
    return this == ADD || this == DEL || this == CHECK;
  }

  /**
   * The verb with this name, in capitals.
   *
   * @throws CniException {@link CniErrorCode#INVALID_ENVIRONMENT} if there is none
   */
  static CniCommand named(String name) throws CniException {
    for (CniCommand command : values()) {
      if (command.name().equals(name)) {
        return command;
      }
    }
    throw new CniException(
        CniErrorCode.INVALID_ENVIRONMENT,
        "CNI_COMMAND '" + name + "' is unknown: ADD, DEL, CHECK, STATUS, GC and VERSION are known");
  }
}
