package io.kindnet.cni.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.protocol.CniVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.IVersionProvider;

/** The version of the program, and those of CNI that it speaks. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    String spoken =
        Arrays.stream(CniVersion.values())
            .map(CniVersion::toString)
            .collect(Collectors.joining(", "));
    try (InputStream text = Version.class.getResourceAsStream("version.txt")) {
      if (text == null) {
        throw new IllegalStateException("resource version.txt is missing from the program");
      }
      String version = new String(text.readAllBytes(), UTF_8).strip();
      return new String[] {"cni-kindnet " + version, "CNI " + spoken};
    }
  }
}
