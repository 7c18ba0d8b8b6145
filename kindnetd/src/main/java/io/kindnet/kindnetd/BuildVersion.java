package io.kindnet.kindnetd;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build. */
public final class BuildVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"kindnetd " + text()};
  }

  /** As the parent of all modules has it, such as {@code 0.1.0}. */
  public static String text() {
    try (InputStream stream = BuildVersion.class.getResourceAsStream("build.properties")) {
      if (stream == null) {
        throw new IllegalStateException("build.properties is missing from this build");
      }
      Properties properties = new Properties();
      properties.load(stream);
      return properties.getProperty("version", "unknown");
    } catch (IOException unreadable) {
      throw new UncheckedIOException("build.properties", unreadable);
    }
  }
}
