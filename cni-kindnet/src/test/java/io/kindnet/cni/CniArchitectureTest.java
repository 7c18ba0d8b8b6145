package io.kindnet.cni;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may know which, and what must not be loaded for every pod. */
class CniArchitectureTest {
  private static final String CLI = "io.kindnet.cni.cli..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("cni-testing"))
          .importPackages("io.kindnet.cni");

  @Test
  void looksAtTheModule() {
    assertThat(CLASSES.containPackage("io.kindnet.cni.store")).isTrue();
    assertThat(CLASSES.containPackage("io.kindnet.cni.cli")).isTrue();
  }

  @Test
  void theCommandLineIsKnownToTheEntryPointAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(CLI)
        .and()
        .areNotAssignableTo(CniKindnet.class)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(CLI, "picocli..")
        .check(CLASSES);
  }

  @Test
  void callsNeedNeitherLoggingNorDataBinding() {
    noClasses()
        .that()
        .resideOutsideOfPackage(CLI)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.logging..", "org.slf4j..", "com.fasterxml.jackson.databind..")
        .check(CLASSES);
  }

  @Test
  void sqlStaysInTheStore() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kindnet.cni.store")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.sqlite..")
        .check(CLASSES);
  }

  @Test
  void jsonStaysInTheProtocol() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.kindnet.cni.protocol", "io.kindnet.cni.cli")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.fasterxml..")
        .check(CLASSES);
  }

  @Test
  void theChoiceOfAddressesAndTheProtocolKnowNeitherKernelNorDatabase() {
    classes()
        .that(
            resideInAPackage("io.kindnet.cni.ipam").or(resideInAPackage("io.kindnet.cni.protocol")))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "io.kindnet.cni.protocol",
                "io.kindnet.cni.ipam",
                "io.kindnet.netlink.ip",
                "com.fasterxml.jackson.core..",
                "org.jspecify..",
                "java.."))
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.kindnet.cni.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void kubernetesLibrariesAreNotKnown() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.fabric8..", "io.kubernetes..")
        .check(CLASSES);
  }
}
