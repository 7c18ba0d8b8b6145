package io.kindnet.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code packaging/runtime-exclusions} with a JDK that has other files than this one. */
class RuntimeExclusionsTest {
  private static final String PACKAGE = "sun/security/tools/keytool/resources/";

  @TempDir Path jdk;

  @Test
  void keepsAFileThatNothingElseLeavesOut() throws Exception {
    // as in JDK 27: the translation is smaller than the text in English
    has("200 300 0 " + PACKAGE + "keytool.class", "500 90 0 " + PACKAGE + "keytool_zh_CN.class");
    assertThat(exclusions())
        .contains("regex:/java.base/" + PACKAGE + "(?!keytool[.]class$)[^/]*\n")
        .contains("regex:.*_(de|ja|zh_CN)[.](class|properties)\n");
  }

  @Test
  void keepsTheSmallestFile() throws Exception {
    has("200 300 0 " + PACKAGE + "Larger.class", "500 90 0 " + PACKAGE + "Smaller$1.class");
    assertThat(exclusions())
        .contains("regex:/java.base/" + PACKAGE + "(?!Smaller[$]1[.]class$)[^/]*\n");
  }

  /** Lets {@code jimage} list the files in the module java.base. */
  private void has(String... files) throws Exception {
    Path jimage = Files.createDirectory(jdk.resolve("bin")).resolve("jimage");
    String list = "Module: java.base\n" + String.join("\n", files);
    Files.writeString(jimage, "#!/bin/sh\ncat <<'END'\n" + list + "\nEND\n");
    Files.setPosixFilePermissions(jimage, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String exclusions() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("./runtime-exclusions", "both").redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", jdk.toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
