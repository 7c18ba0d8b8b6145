package io.kindnet.cni.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The process that the JVM of a DEL leaves behind, to wait for the kernel in its place. */
@NetworkNamespaces
@ParameterizedClass
@EnumSource(names = {"SHIPPED", "PATIENT_WATCHED"})
class HeirTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** What a script in the place of the JVM begins with. */
  private static final String FIND_HEIR =
      """
      #!/bin/sh
      read -r heir </proc/$$/task/$$/children
      """;

  @TempDir private Path folder;

  private final Program program;

  private Installed launcher;

  HeirTest(Program program) {
    this.program = program;
  }

  @BeforeEach
  void install() {
    launcher = Installed.in(folder.resolve("the plugin"), program);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ADD", "CHECK", "GC", "STATUS", "VERSION", "del", ""})
  void onlyADelHasOne(String command) throws IOException {
    assertThat(launcher.run(variables(command), "").executed().arguments())
        .noneMatch(argument -> argument.contains("heir"));

    jvm("#!/bin/sh\ncat /proc/$$/task/$$/children\n");
    assertThat(launcher.run(variables(command), "").stdout().strip().split(" "))
        .as("the only child is cat itself")
        .hasSize(1);
  }

  @Test
  void theJvmIsToldWhichDescriptorLeadsToIt() {
    Executed jvm = launcher.run(variables("DEL"), "{}").executed();

    String option = "-Dio.kindnet.cni.heir=";
    String number =
        jvm.arguments().stream()
            .filter(argument -> argument.startsWith(option))
            .findFirst()
            .orElseThrow()
            .substring(option.length());
    assertThat(jvm.descriptors()).anyMatch(open -> open.startsWith(number + " socket:"));
    assertThat(jvm.arguments()).endsWith("io.kindnet.cni.CniKindnet");
    assertThat(jvm.input()).isEqualTo("{}");
  }

  /** A runtime waits for the end of the output, and nobody unmounts a folder that is in use. */
  @Test
  void holdsNothingOfTheCall() throws IOException {
    jvm(
        FIND_HEIR
            + """
            until [ "$(ls /proc/$heir/fd)" = 0 ] && [ "$(readlink /proc/$heir/cwd)" = / ]; do
              sleep 0.01
            done
            readlink /proc/$heir/fd/0
            """);

    assertThat(launcher.run(variables("DEL"), "").stdout()).startsWith("socket:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 0", "exit 1", "kill -9 $$", "kill -15 $$"})
  void endsWithTheJvm(String end) throws IOException {
    jvm(FIND_HEIR + "echo $heir\n" + end + "\n");

    String heir = launcher.run(variables("DEL"), "").stdout().strip();

    assertThat(heir).isNotEmpty();
    Eventually.within(SOON, () -> assertThat(isRunning(heir)).isFalse());
  }

  @Test
  void answersWhereThereIsNoJvm() throws IOException {
    Files.delete(launcher.java());

    launcher.run(variables("DEL"), "{\"cniVersion\":\"1.0.0\"}").assertError("1.0.0", 5);
  }

  @Test
  void deletesTheLinkForTheJvm(Namespace host) throws IOException {
    assertThat(deleteLink(host, "")).isEqualTo("knet0 is gone, without a thread of its own\n");
  }

  @Test
  void theJvmDeletesTheLinkWhereTheHeirIsGone(Namespace host) throws IOException {
    assertThat(deleteLink(host, "kill -9 $heir\n"))
        .isEqualTo("knet0 is gone, by a thread of its own\n");
  }

  /** What {@link Inheriting} says, in a JVM that the launcher has executed. */
  private String deleteLink(Namespace host, String before) throws IOException {
    host.run("ip", "link", "add", "knet0", "type", "veth", "peer", "name", "eth0");
    jvm(
        FIND_HEIR
            + before
            + "for option; do case $option in -D*.heir=*) break ;; esac; done\n"
            + "exec '"
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + "' --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \"$option\" -cp '"
            + System.getProperty("java.class.path")
            + "' "
            + Inheriting.class.getName()
            + " knet0\n");
    return host.run("env", "CNI_COMMAND=DEL", "KINDNET_CNI_SOCKET=", launcher.program().toString());
  }

  private void jvm(String script) throws IOException {
    Files.writeString(launcher.java(), script);
  }

  /** Where nobody looks after orphans, it may have ended and still be listed. */
  private static boolean isRunning(String process) throws IOException {
    Path status = Path.of("/proc", process, "status");
    return Files.exists(status) && !Files.readString(status).contains("State:\tZ");
  }

  private static Map<String, String> variables(String command) {
    return Map.of("CNI_COMMAND", command, "KINDNET_CNI_SOCKET", "", "PATH", "/usr/bin:/bin");
  }
}
