package io.kindnet.kindnetd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.kindnet.kindnetd.agent.Agent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KindnetdArchitectureTest {
  private static final String ROUTES = "io.kindnet.kindnetd.routes..";
  private static final String CNI_CONFIG = "io.kindnet.kindnetd.cniconfig..";
  private static final String NODE_STATUS = "io.kindnet.kindnetd.nodestatus..";
  private static final String MASQ = "io.kindnet.kindnetd.masq..";
  private static final String KUBE = "io.kindnet.kindnetd.kube..";
  private static final String CLUSTER = "io.kindnet.kindnetd.cluster..";
  private static final String STATUS = "io.kindnet.kindnetd.status..";
  private static final String CALL_SERVER = "io.kindnet.kindnetd.callserver..";
  private static final String INSTALL = "io.kindnet.kindnetd.install..";
  private static final String CLEANUP = "io.kindnet.kindnetd.cleanup..";
  private static final String HOSTSETTINGS = "io.kindnet.kindnetd.hostsettings..";
  private static final String HOSTPORTS = "io.kindnet.kindnetd.hostports..";
  private static final String IPAM = "io.kindnet.kindnetd.ipam..";
  private static final String FILES = "io.kindnet.kindnetd.files..";
  private static final String AGENT = "io.kindnet.kindnetd.agent..";
  private static final String FORWARDING = "io.kindnet.kindnetd.forwarding..";
  private static final String PODCIDR = "io.kindnet.kindnetd.podcidr..";
  private static final String PACKETLOG = "io.kindnet.kindnetd.packetlog..";
  private static final String FASTPATH = "io.kindnet.kindnetd.fastpath..";
  private static final String TRACE = "io.kindnet.kindnetd.trace..";
  private static final String CONNTRACK = "io.kindnet.kindnetd.conntrack..";
  private static final String PODLINKS = "io.kindnet.kindnetd.podlinks..";
  private static final String NAT64 = "io.kindnet.kindnetd.nat64..";
  private static final String DNSCACHE = "io.kindnet.kindnetd.dnscache..";

  private static final List<String> AGENTS =
      List.of(
          ROUTES,
          CNI_CONFIG,
          NODE_STATUS,
          MASQ,
          CALL_SERVER,
          IPAM,
          HOSTPORTS,
          HOSTSETTINGS,
          FORWARDING,
          INSTALL,
          PODCIDR,
          PODLINKS,
          CONNTRACK,
          PACKETLOG,
          TRACE,
          FASTPATH,
          NAT64,
          DNSCACHE);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.kindnet.kindnetd");

  @Test
  void looksAtTheModule() {
    assertThat(CLASSES.containPackage("io.kindnet.kindnetd.masq")).isTrue();
  }

  @Test
  void agentsDoNotKnowEachOtherNorTheOptions() {
    for (String agent : AGENTS) {
      List<String> others = new ArrayList<>(AGENTS);
      others.remove(agent);
      others.add("io.kindnet.kindnetd");
      noClasses()
          .that()
          .resideInAPackage(agent)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others.toArray(String[]::new))
          .check(CLASSES);
    }
  }

  @Test
  void nobodyDependsOnTheCleanup() {
    noClasses()
        .that()
        .resideInAnyPackage(
            KUBE,
            CLUSTER,
            ROUTES,
            CNI_CONFIG,
            NODE_STATUS,
            MASQ,
            CALL_SERVER,
            IPAM,
            HOSTPORTS,
            HOSTSETTINGS,
            INSTALL,
            FILES,
            STATUS,
            PODCIDR,
            PODLINKS,
            CONNTRACK,
            PACKETLOG,
            TRACE,
            FASTPATH)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(CLEANUP)
        .check(CLASSES);
  }

  @Test
  void onlyWhatSpeaksToTheApiServerTouchesTheKubernetesLibrary() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROUTES,
            CNI_CONFIG,
            MASQ,
            CALL_SERVER,
            IPAM,
            HOSTPORTS,
            HOSTSETTINGS,
            STATUS,
            INSTALL,
            FILES,
            CLEANUP,
            PODCIDR,
            PODLINKS,
            CONNTRACK,
            PACKETLOG,
            TRACE,
            FASTPATH)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.fabric8..")
        .check(CLASSES);
  }

  @Test
  void onlyAgentsTouchTheKernel() {
    noClasses()
        .that()
        .resideInAnyPackage(KUBE, CLUSTER, NODE_STATUS, STATUS, FILES)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.kindnet.netlink.route..",
            "io.kindnet.netlink.nftables..",
            "io.kindnet.netlink.wire..",
            "io.kindnet.netlink.libc..")
        .check(CLASSES);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jnr..", "com.kenai.jffi..")
        .check(CLASSES);
  }

  @Test
  void statusKnowsNobody() {
    noClasses()
        .that()
        .resideInAPackage(STATUS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            KUBE,
            CLUSTER,
            ROUTES,
            CNI_CONFIG,
            NODE_STATUS,
            MASQ,
            IPAM,
            HOSTPORTS,
            HOSTSETTINGS,
            INSTALL,
            FILES,
            PODCIDR,
            PODLINKS,
            CONNTRACK,
            PACKETLOG,
            TRACE,
            FASTPATH)
        .check(CLASSES);
  }

  @Test
  void thePartsOfTheDnsCacheKnowNoMoreThanTheySay() {
    String wire = "io.kindnet.kindnetd.dnscache.wire..";
    noClasses()
        .that()
        .resideInAnyPackage(
            wire,
            "io.kindnet.kindnetd.dnscache.cache..",
            "io.kindnet.kindnetd.dnscache.upstream..",
            "io.kindnet.kindnetd.dnscache.resolver..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.kindnet.netlink.libc..",
            "io.kindnet.netlink.nftables..",
            "io.kindnet.netlink.route..",
            "io.kindnet.netlink.unix..",
            "io.kindnet.kindnetd.dnscache.server..",
            "io.kindnet.kindnetd.dnscache.kernel..",
            KUBE,
            CLUSTER)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.kindnet.kindnetd.dnscache.kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            wire,
            "io.kindnet.kindnetd.dnscache.resolver..",
            "io.kindnet.kindnetd.dnscache.server..",
            KUBE,
            CLUSTER)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.kindnet.kindnetd.dnscache.server..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.kindnet.netlink.nftables..",
            "io.kindnet.netlink.route..",
            "io.kindnet.kindnetd.dnscache.kernel..",
            KUBE,
            CLUSTER)
        .check(CLASSES);
  }

  @Test
  void theApiServerKnowsNoViewOfIt() {
    noClasses()
        .that()
        .resideInAPackage(KUBE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(CLUSTER)
        .check(CLASSES);
  }

  @Test
  void usesThePublicPartsOfTheKubernetesLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.fabric8..internal..")
        .check(CLASSES);
  }

  @Test
  void everyAgentIsCalledOne() {
    classes()
        .that()
        .implement(Agent.class)
        .should()
        .haveSimpleNameEndingWith("Agent")
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
  void agentsAreToldApartByNobody() {
    noClasses()
        .that()
        .resideInAnyPackage(AGENT, STATUS, FILES)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            KUBE,
            ROUTES,
            CNI_CONFIG,
            NODE_STATUS,
            MASQ,
            CALL_SERVER,
            IPAM,
            INSTALL,
            CLEANUP,
            PODCIDR,
            PODLINKS,
            CONNTRACK,
            PACKETLOG,
            TRACE,
            FASTPATH)
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.kindnet.kindnetd.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
