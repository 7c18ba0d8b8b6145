package io.kindnet.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of the project, a part of which is made from the code. {@code -Dkindnet.write} has the
 * part written; without, it has to be there.
 */
final class ProjectFile {
  private final Path path;

  ProjectFile(String name) {
    path = Path.of("..", name);
  }

  /** What is between two lines has to be {@code made}. */
  void requirePart(String before, String after, String made) throws IOException {
    String text = Files.readString(path);
    int start = text.indexOf(before) + before.length();
    int end = text.indexOf(after, start);
    if (System.getProperty("kindnet.write") != null) {
      Files.writeString(path, text.substring(0, start) + made + text.substring(end));
    } else {
      assertThat(text.substring(start, end))
          .as(
              "%s; make it again: mvn -pl kindnet-controller -am test"
                  + " -Dtest='CustomResourceDefinitionTest' -Dkindnet.write",
              path)
          .isEqualTo(made);
    }
  }
}
