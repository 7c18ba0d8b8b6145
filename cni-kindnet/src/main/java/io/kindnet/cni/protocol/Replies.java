package io.kindnet.cni.protocol;

/** The documents on standard output that are not results: errors and versions. */
public final class Replies {
  private Replies() {}

  /** The error object for {@code error}, in the version that the configuration asked for. */
  public static String error(CniVersion version, CniException error) {
    return JsonText.write(json -> {
      json.writeStartObject();
      json.writeStringField("cniVersion", version.toString());
      json.writeNumberField("code", error.code().number());
      json.writeStringField("msg", error.getMessage());
      json.writeEndObject();
    });
  }

  /**
   * The answer to VERSION. It repeats the {@code cniVersion} that was asked with, whatever it is,
   * so that an unknown one can be negotiated down; {@code standardInput} may be empty (VERSION had
   * no input before 1.0.0).
   */
  public static String versions(byte[] standardInput) throws CniException {
    String asked = "";
    if (standardInput.length > 0) {
      asked = JsonObject.parse("standard input", standardInput).string("cniVersion");
    }
    String version = asked.isEmpty() ? CniVersion.LATEST.toString() : asked;
    return JsonText.write(json -> {
      json.writeStartObject();
      json.writeStringField("cniVersion", version);
      json.writeArrayFieldStart("supportedVersions");
      for (CniVersion supported : CniVersion.values()) {
        json.writeString(supported.toString());
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }
}
