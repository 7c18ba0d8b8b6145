package io.kindnet.netlink.libc;

/**
 * The release of a kernel, as {@code uname -r} prints it.
 *
 * @param text such as {@code 5.4.0-150-generic}
 */
public record KernelRelease(String text) {
  /** The oldest version that this project supports, {@code docs/kernels.md}. */
  public static final String OLDEST = "5.10";

  /** That of the kernel that this runs on. */
  public static KernelRelease running() {
    return new KernelRelease(System.getProperty("os.version", ""));
  }

  /**
   * Whether it is older than {@link #OLDEST}. A release that does not begin with two numbers is
   * not: what it can do will be seen.
   */
  public boolean isTooOld() {
    int[] version = version(text);
    int[] oldest = version(OLDEST);
    return version.length > 0
        && (version[0] < oldest[0] || (version[0] == oldest[0] && version[1] < oldest[1]));
  }

  /** Says which kernel this is and which one is needed, for one that is too old. */
  public String requirement() {
    return "this kernel is Linux " + text + ", kindnet needs Linux " + OLDEST + " or newer";
  }

  /** Major and minor number; empty where it does not begin with both. */
  private static int[] version(String text) {
    int dot = endOfNumber(text, 0);
    if (dot == 0 || dot == text.length() || text.charAt(dot) != '.') {
      return new int[0];
    }
    int end = endOfNumber(text, dot + 1);
    if (end == dot + 1) {
      return new int[0];
    }
    try {
      return new int[] {
        Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1, end))
      };
    } catch (NumberFormatException tooLong) {
      return new int[0];
    }
  }

  private static int endOfNumber(String text, int begin) {
    int end = begin;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  @Override
  public String toString() {
    return text;
  }
}
