package io.kindnet.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Nothing that ships uses a class that {@code dist/} has not. */
class ExclusionsTest {
  private static final Path FILE = Path.of("../packaging/exclusions");

  /**
   * A line of the file.
   *
   * @param jar pattern for the names of jars
   * @param entries pattern for what is left out of these, {@code *} for all of it
   */
  private record Exclusion(String jar, String entries) {
    private static PathMatcher matcher(String pattern) {
      return FileSystems.getDefault().getPathMatcher("glob:" + pattern.replace("*", "**"));
    }

    boolean covers(String jarName, String entry) {
      return matcher(jar).matches(Path.of(jarName)) && matcher(entries).matches(Path.of(entry));
    }
  }

  private static List<Exclusion> exclusions() throws IOException {
    return Files.readAllLines(FILE).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.split(" ", 2))
        .map(words -> new Exclusion(words[0], words.length == 1 ? "*" : words[1]))
        .toList();
  }

  /** The jar that a class is read from, and its place in there; empty outside of jars. */
  private static String[] origin(JavaClass type) {
    String uri = type.getSource().map(source -> source.getUri().toString()).orElse("");
    if (!uri.startsWith("jar:")) {
      return new String[0];
    }
    int inside = uri.lastIndexOf("!/");
    String jar = uri.substring(uri.lastIndexOf('/', inside - 1) + 1, inside);
    return new String[] {jar, uri.substring(inside + 2)};
  }

  private static JavaClasses shipped() {
    return new ClassFileImporter()
        .withImportOption(location -> !location.contains("-testing"))
        .withImportOption(location -> !location.contains("sqlite-jdbc"))
        .importPackages(
            "io.kindnet.netlink", "io.kindnet.cni", "io.kindnet.kindnetd", "org.sqlite.core");
  }

  private static Set<String> missing(JavaClasses classes, List<Exclusion> exclusions) {
    Set<String> missing = new TreeSet<>();
    for (JavaClass type : classes) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        String[] origin = origin(target);
        // an annotation that is not there is passed over by the JVM
        if (origin.length == 2
            && !target.isAnnotation()
            && exclusions.stream().anyMatch(excluded -> excluded.covers(origin[0], origin[1]))) {
          missing.add(type.getName() + " uses " + target.getName() + " of " + origin[0]);
        }
      }
    }
    return missing;
  }

  @Test
  void looksAtAllThatShips() {
    assertThat(shipped())
        .extracting(JavaClass::getName)
        .contains(
            "io.kindnet.netlink.route.Links",
            "io.kindnet.cni.AddVerb",
            "io.kindnet.kindnetd.Kindnetd",
            "org.sqlite.core.Cursor");
  }

  @Test
  void nothingThatShipsUsesWhatIsLeftOut() throws IOException {
    assertThat(missing(shipped(), exclusions())).isEmpty();
  }

  @Test
  void findsWhatIsUsedAndLeftOut() {
    assertThat(missing(shipped(), List.of(new Exclusion("jffi-*.jar", "com/kenai/jffi/*"))))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).contains("io.kindnet.netlink.libc"));
  }
}
