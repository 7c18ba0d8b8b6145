package io.kindnet.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ControllerArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.kindnet.controller");

  /**
   * Of the agent it has the flags, the way to the API server, and the pages; no work of its own.
   */
  @Test
  void knowsNoAgentAndNoKernel() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.kindnet.cni..",
            "io.kindnet.netlink.libc..",
            "io.kindnet.netlink.route..",
            "io.kindnet.netlink.nftables..",
            "io.kindnet.kindnetd.agent..",
            "io.kindnet.kindnetd.cluster..",
            "io.kindnet.kindnetd.masq..",
            "io.kindnet.kindnetd.routes..",
            "io.kindnet.kindnetd.networkpolicy..")
        .check(CLASSES);
  }

  @Test
  void whatIsComputedKnowsNoClientAndNoFramework() {
    noClasses()
        .that()
        .resideInAnyPackage("io.kindnet.controller.daemonset..", "io.kindnet.controller.rollout..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "io\\.(javaoperatorsdk\\..*|fabric8\\.kubernetes\\.client\\.(dsl\\..*|[A-Z].*))")
        .check(CLASSES);
  }

  @Test
  void theApiKnowsNothingElse() {
    noClasses()
        .that()
        .resideInAPackage("io.kindnet.controller.api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.kindnet.controller",
            "io.kindnet.controller.daemonset..",
            "io.kindnet.controller.rollout..",
            "io.kindnet.kindnetd..")
        .check(CLASSES);
  }
}
