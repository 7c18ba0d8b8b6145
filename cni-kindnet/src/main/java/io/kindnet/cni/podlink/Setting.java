package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniException;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * A number below {@code /proc/sys/net} that pods depend on.
 *
 * @param name its path there
 * @param value what to set it to where it is not right
 * @param right which values are
 * @param preparation is done before it is set
 */
record Setting(String name, int value, IntPredicate right, Preparation preparation) {
  /** What has to be done before a setting is changed. */
  @FunctionalInterface
  interface Preparation {
    /** Does it. */
    void run() throws CniException;
  }

  /** One that is set to {@code value} unless it is {@code right}. */
  static Setting of(String name, int value, IntPredicate right) {
    return new Setting(name, value, right, () -> {});
  }

  /** One that has to be {@code value}. */
  static Setting exactly(String name, int value) {
    return of(name, value, actual -> actual == value);
  }

  /** A switch that is on with any number but 0. */
  static Setting on(String name) {
    return of(name, 1, actual -> actual != 0);
  }

  /** The same with {@code preparation} done before it is set. */
  Setting after(Preparation preparation) {
    return new Setting(name, value, right, preparation);
  }

  /**
   * What is wrong with it: its name and what it is; empty if nothing is, or where the kernel or the
   * link is without it.
   */
  Optional<String> problem() {
    return problem(Sysctl::read);
  }

  private Optional<String> problem(SysctlReader reader) {
    return reader
        .read(name)
        .filter(text -> !isRight(text))
        .map(text -> Sysctl.displayName(name) + " is " + text);
  }

  /**
   * Makes it right. Writes only what is wrong: often {@code /proc/sys} cannot be written, and need
   * not be.
   *
   * @return what was wrong, empty if nothing was
   */
  Optional<String> apply() throws CniException {
    return apply(Sysctl::read);
  }

  /** The same, where what is set now is known. */
  Optional<String> apply(SysctlReader reader) throws CniException {
    Optional<String> problem = problem(reader);
    if (problem.isPresent()) {
      preparation.run();
      Sysctl.write(name, String.valueOf(value));
    }
    return problem;
  }

  private boolean isRight(String text) {
    try {
      return right.test(Integer.parseInt(text));
    } catch (NumberFormatException notANumber) {
      return false;
    }
  }
}
