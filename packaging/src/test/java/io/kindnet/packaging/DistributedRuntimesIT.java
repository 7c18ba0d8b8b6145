package io.kindnet.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Java runtimes in {@code dist/} have what the programs beside them use. */
class DistributedRuntimesIT {
  private static final Path DIST = Path.of(System.getProperty("kindnet.dist"));
  private static final Path PLUGIN = DIST.resolve("cni/lib/cni-kindnet");
  private static final Path AGENT = DIST.resolve("kindnetd/lib/kindnetd");
  private static final Path CONTROLLER = DIST.resolve("controller/lib/kindnet-controller");

  /** What libraries look for and go on without. */
  private static final Set<String> OPTIONAL = Set.of("java.desktop");

  /** The packages of all classes that the classes in a jar name. */
  private static Set<String> packagesNamedIn(Path jar) throws IOException {
    Set<String> packages = new TreeSet<>();
    try (FileSystem system = FileSystems.newFileSystem(jar);
        Stream<Path> files = Files.walk(system.getPath("/"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        for (PoolEntry entry : ClassFile.of().parse(Files.readAllBytes(file)).constantPool()) {
          if (entry instanceof ClassEntry named) {
            packages.add(named.asSymbol().packageName());
          }
        }
      }
    }
    return packages;
  }

  /** The modules of the JDK, by packages. */
  private static Map<String, String> modulesOfTheJdk() {
    Map<String, String> modules = new HashMap<>();
    for (ModuleReference module : ModuleFinder.ofSystem().findAll()) {
      for (String name : module.descriptor().packages()) {
        modules.put(name, module.descriptor().name());
      }
    }
    return modules;
  }

  /** The modules of a runtime, as its file {@code release} names them. */
  private static List<String> modulesOf(Path home) throws IOException {
    String release = Files.readString(home.resolve("runtime/release"));
    return List.of(release.replaceAll("(?s).*MODULES=\"([^\"]*)\".*", "$1").split(" ", -1));
  }

  private static void assertRuntimeHasWhatIsUsed(Path home) throws IOException {
    Map<String, String> jdk = modulesOfTheJdk();
    Set<String> modules = new TreeSet<>();
    for (String name : packagesNamedIn(home.resolve(home.getFileName() + ".jar"))) {
      if (jdk.containsKey(name)) {
        modules.add(jdk.get(name));
      }
    }
    assertThat(modules).as("%s", home).contains("java.base", "jdk.unsupported");
    modules.removeAll(OPTIONAL);
    assertThat(modulesOf(home)).as("%s", home).containsAll(modules);
  }

  @Test
  void haveTheModulesThatTheProgramsUse() throws Exception {
    assertRuntimeHasWhatIsUsed(PLUGIN);
    assertRuntimeHasWhatIsUsed(AGENT);
    assertRuntimeHasWhatIsUsed(CONTROLLER);
  }

  /** packaging/exclusions-runtime leaves out what is behind these packages. */
  @Test
  void thePluginUsesNoTlsAndNoCiphers() throws Exception {
    assertThat(packagesNamedIn(PLUGIN.resolve("cni-kindnet.jar")))
        .contains("java.lang")
        .noneMatch(name -> name.startsWith("javax.net.ssl") || name.startsWith("javax.crypto"));
  }
}
