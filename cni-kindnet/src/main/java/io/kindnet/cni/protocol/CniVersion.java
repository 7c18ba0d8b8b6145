package io.kindnet.cni.protocol;

/** The versions of the CNI specification, oldest first. */
public enum CniVersion {
  V0_1_0("0.1.0"),
  V0_2_0("0.2.0"),
  /** The result lists interfaces. */
  V0_3_0("0.3.0"),
  V0_3_1("0.3.1"),
  /** CHECK, and {@code prevResult} for DEL. */
  V0_4_0("0.4.0"),
  /** Addresses in a result no longer say their family. */
  V1_0_0("1.0.0"),
  /** STATUS and GC; the result says the MTU. */
  V1_1_0("1.1.0");

  /** The newest one. */
  public static final CniVersion LATEST = V1_1_0;

  /** What a configuration without {@code cniVersion} means. */
  public static final CniVersion UNSTATED = V0_1_0;

  private final String text;

  CniVersion(String text) {
    this.text = text;
  }

  /** Whether this version is {@code other} or a later one. */
  public boolean isAtLeast(CniVersion other) {
    return compareTo(other) >= 0;
  }

  /** The version as it stands in JSON, such as {@code 1.0.0}. */
  @Override
  public String toString() {
    return text;
  }

  /**
   * The version written as {@code text}.
   *
   * @throws CniException {@link CniErrorCode#INCOMPATIBLE_VERSION} if it is not spoken here
   */
  public static CniVersion parse(String text) throws CniException {
    StringBuilder known = new StringBuilder();
    for (CniVersion version : values()) {
      if (version.text.equals(text)) {
        return version;
      }
      known.append(known.isEmpty() ? "" : ", ").append(version);
    }
    throw new CniException(
        CniErrorCode.INCOMPATIBLE_VERSION,
        "cniVersion '" + text + "' is not supported, " + known + " are");
  }
}
