package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;

/** Expectations and scripts that are kept as files beside the class that uses them. */
public final class Resources {
  private Resources() {}

  /**
   * The text of the resource {@code name} in the package of {@code test}.
   *
   * @throws AssertionError naming the place, if there is none
   */
  public static String text(Class<?> test, String name) {
    try (InputStream stream = test.getResourceAsStream(name)) {
      if (stream == null) {
        throw new AssertionError(
            "no resource src/test/resources/"
                + test.getPackageName().replace('.', '/')
                + "/"
                + name);
      }
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException unreadable) {
      throw new AssertionError("cannot read resource " + name, unreadable);
    }
  }

  /** The bytes that the resource {@code name} spells in {@linkplain Hex#parse annotated hex}. */
  public static byte[] hex(Class<?> test, String name) {
    return Hex.parse(text(test, name));
  }
}
