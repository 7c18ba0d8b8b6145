package io.kindnet.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code packaging/merge} makes of jars. */
class MergeTest {
  private final Path directory;
  private final List<String> command;
  private String printed = "";

  MergeTest(@TempDir Path directory) {
    this.directory = directory;
    command =
        new ArrayList<>(
            List.of(
                "../packaging/merge",
                directory.resolve("classes").toString(),
                directory.resolve("licenses").toString()));
  }

  private void jar(String name, Map<String, String> entries) throws IOException {
    Path file = directory.resolve(name);
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        jar.putNextEntry(new JarEntry(entry.getKey()));
        jar.write(entry.getValue().getBytes(UTF_8));
        jar.closeEntry();
      }
    }
    command.add(file.toString());
  }

  private int merge() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor();
  }

  private List<String> files(String below) throws IOException {
    Path root = directory.resolve(below);
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void refusesAClassThatTwoJarsHave() throws Exception {
    jar("first-1.0.jar", Map.of("org/example/A.class", "1", "org/example/B.class", "1"));
    jar("second-2.0.jar", Map.of("org/example/B.class", "2"));

    assertThat(merge()).isEqualTo(1);
    assertThat(printed)
        .endsWith("all but one of them:\norg/example/B.class: first-1.0.jar, second-2.0.jar\n");
  }

  @Test
  void takesTheClassOfTheJarThatIsNotExcluded() throws Exception {
    String stubs = "com/kenai/jffi/internal/StubLoader.class";
    jar("netlink-0.1.0.jar", Map.of(stubs, "ours"));
    jar("jffi-1.4.3.jar", Map.of(stubs, "theirs", "com/kenai/jffi/Foreign.class", "theirs"));
    jar("jnr-ffi-2.3.4.jar", Map.of("jnr/ffi/Pointer.class", "left out"));

    assertThat(merge()).as(printed).isZero();
    assertThat(files("classes")).containsExactly("com/kenai/jffi/Foreign.class", stubs);
    assertThat(directory.resolve("classes").resolve(stubs)).hasContent("ours");
  }

  @Test
  void servicesHaveTheProvidersOfAllJarsAndLicensesStayApart() throws Exception {
    String service = "META-INF/services/org.example.Service";
    jar("first-1.0.jar", Map.of(service, "org.example.First", "META-INF/LICENSE", "one"));
    jar("second-2.0.jar", Map.of(service, "org.example.Second", "META-INF/LICENSE", "two"));

    assertThat(merge()).as(printed).isZero();
    assertThat(Files.readAllLines(directory.resolve("classes").resolve(service)))
        .containsExactly("org.example.First", "org.example.Second");
    assertThat(files("licenses")).containsExactly("first-1.0/LICENSE", "second-2.0/LICENSE");
  }
}
