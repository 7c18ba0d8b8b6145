package io.kindnet.cni.launcher;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The launcher as {@code launcher/build} makes it: the shipped one, and for tests, so that how fast
 * the machine is does not matter, with other deadlines. The watched ones run under sanitizers,
 * which end them where they touch memory that they may not.
 */
enum LauncherProgram {
  /** Waits half a second for the greeting, 110 s for an answer. */
  SHIPPED("launcher/cni-kindnet"),
  /** Waits a minute for everything. */
  PATIENT("launcher-tests/patient"),
  /** The same under sanitizers. */
  PATIENT_WATCHED("launcher-tests/patient-watched"),
  /** Gives up an agent that does not greet after 200 ms. */
  HURRIED_WATCHED("launcher-tests/hurried-watched"),
  /** Gives up an agent that has greeted and does not take the request after 200 ms. */
  HASTY_WATCHED("launcher-tests/hasty-watched"),
  /** Waits 1 s for an answer, and 200 ms for its caller to take it. */
  BRIEF_WATCHED("launcher-tests/brief-watched"),
  /** Gives STATUS to the JVM after 200 ms. */
  URGENT_WATCHED("launcher-tests/urgent-watched"),
  /** No launcher: it throws bytes at the parts of one. */
  FUZZ("launcher-tests/fuzz");

  private final String name;

  LauncherProgram(String name) {
    this.name = name;
  }

  /** Where Maven has put it. */
  Path path() {
    Path path = Path.of("target").resolve(name).toAbsolutePath();
    if (!Files.exists(path)) {
      throw new AssertionError(path + " is not there: Maven makes it before the tests");
    }
    return path;
  }
}
