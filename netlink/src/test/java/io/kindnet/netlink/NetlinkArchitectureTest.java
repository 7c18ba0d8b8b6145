package io.kindnet.netlink;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class NetlinkArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.kindnet.netlink");

  @Test
  void looksAtTheModule() {
    assertThat(CLASSES.containPackage("io.kindnet.netlink.wire")).isTrue();
  }

  @Test
  void onlyLibcTouchesNativeCode() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kindnet.netlink.libc")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jnr..", "com.kenai.jffi..", "java.lang.foreign..")
        .check(CLASSES);
  }

  @Test
  void neverLooksUpAName() {
    noClasses()
        .should()
        .callMethod(InetAddress.class, "getByName", String.class)
        .orShould()
        .callMethod(InetAddress.class, "getAllByName", String.class)
        .orShould()
        .callMethod(InetAddress.class, "getHostName")
        .orShould()
        .callMethod(InetAddress.class, "getCanonicalHostName")
        .orShould()
        .callMethod(InetAddress.class, "getLocalHost")
        .orShould()
        .callConstructor(InetSocketAddress.class, String.class, int.class)
        .check(CLASSES);
  }

  @Test
  void knowsNothingOfItsUsers() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.kindnet.cni..", "io.kindnet.kindnetd..", "io.fabric8..", "org.slf4j..", "picocli..")
        .check(CLASSES);
  }

  @Test
  void familiesDoNotKnowEachOther() {
    noClasses()
        .that(resideInAPackage("io.kindnet.netlink.route.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.kindnet.netlink.nftables..", "io.kindnet.netlink.conntrack..")
        .check(CLASSES);
    noClasses()
        .that(resideInAPackage("io.kindnet.netlink.nftables.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.kindnet.netlink.route..", "io.kindnet.netlink.conntrack..")
        .check(CLASSES);
    noClasses()
        .that(resideInAPackage("io.kindnet.netlink.conntrack.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.kindnet.netlink.route..", "io.kindnet.netlink.nftables..")
        .check(CLASSES);
    noClasses()
        .that(resideInAPackage("io.kindnet.netlink.iptables.."))
        .should()
        .dependOnClassesThat(packagesBut("iptables", "libc", "ip"))
        .check(CLASSES);
    noClasses()
        .that(resideInAPackage("io.kindnet.netlink.nflog.."))
        .should()
        .dependOnClassesThat(packagesBut("nflog", "wire", "libc", "ip"))
        .check(CLASSES);
  }

  @Test
  void systemCallsAndSocketsOfTheMachineKnowNoOtherPackage() {
    noClasses()
        .that(resideInAPackage("io.kindnet.netlink.libc.."))
        .should()
        .dependOnClassesThat(packagesBut("libc"))
        .check(CLASSES);
    noClasses()
        .that(resideInAPackage("io.kindnet.netlink.unix.."))
        .should()
        .dependOnClassesThat(packagesBut("libc", "unix"))
        .check(CLASSES);
  }

  /** So that the plugin's start does not pay for them. */
  @Test
  void noOtherPackageNeedsSocketsOfTheMachine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kindnet.netlink.unix..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.kindnet.netlink.unix..")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.kindnet.netlink.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> packagesBut(String... names) {
    String[] packages = new String[names.length];
    for (int i = 0; i < names.length; i++) {
      packages[i] = "io.kindnet.netlink." + names[i] + "..";
    }
    return resideInAPackage("io.kindnet.netlink..").and(not(resideInAnyPackage(packages)));
  }
}
