package io.kindnet.netlink.testing;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a kernel, for tests of what older ones answer differently. Which features it was
 * built with is another matter, for which tests have tags ({@code build/kernel-features}).
 *
 * @param major 6 of 6.12
 * @param minor 12 of 6.12
 */
public record KernelVersion(int major, int minor) {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** That of the kernel that this runs on. */
  public static KernelVersion running() {
    return parse(System.getProperty("os.version", ""));
  }

  /** Reads what {@code uname -r} prints: {@code 6.12.118+deb13-cloud-amd64}. */
  static KernelVersion parse(String release) {
    Matcher matcher = RELEASE.matcher(release);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no kernel release: " + release);
    }
    return new KernelVersion(
        Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Whether it is this version or a newer one. */
  public boolean isAtLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }
}
