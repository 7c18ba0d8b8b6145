package io.kindnet.kindnetd.networkpolicy.evaluator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** An oracle that shares code with what it judges would share its errors. */
class EvaluatorArchitectureTest {
  private static final String EVALUATOR = "io.kindnet.kindnetd.networkpolicy.evaluator";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.kindnet.kindnetd");

  @Test
  void theOracleKnowsOnlyWhatTheClusterLooksLike() {
    classes()
        .that()
        .resideInAPackage(EVALUATOR)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            EVALUATOR,
            "io.kindnet.kindnetd.cluster..",
            "io.kindnet.cni.protocol",
            "io.kindnet.netlink.ip",
            "java..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void nothingThatEnforcesPoliciesAsksTheOracle() {
    noClasses()
        .that()
        .resideInAPackage("io.kindnet.kindnetd.networkpolicy..")
        .and()
        .resideOutsideOfPackages(EVALUATOR, "io.kindnet.kindnetd.networkpolicy.explain..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(EVALUATOR)
        .check(CLASSES);
  }
}
