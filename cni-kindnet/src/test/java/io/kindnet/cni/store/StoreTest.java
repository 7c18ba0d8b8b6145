package io.kindnet.cni.store;

import static io.kindnet.cni.protocol.CniErrorCode.INTERNAL;
import static io.kindnet.cni.protocol.CniErrorCode.IO_FAILURE;
import static io.kindnet.cni.protocol.CniErrors.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.Attachment;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  private static final HostPort WEB =
      new HostPort(
          IpAddresses.parse("0.0.0.0"),
          80,
          TransportProtocol.TCP,
          IpAddresses.parse("10.244.1.7"),
          8080);

  @TempDir private Path temporary;
  private Path directory = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void chooseFile() {
    directory = temporary.resolve("lib").resolve("state");
    file = directory.resolve("cni.db");
  }

  @Test
  void isForRootAlone() throws Exception {
    try (Store store = Store.open(file)) {
      store.transaction(() -> store.ranges().insert(IpPrefix.parse("10.0.0.0/8")));

      assertThat(permissions(file)).isEqualTo("rw-------");
      assertThat(permissions(directory.resolve("cni.db-wal"))).isEqualTo("rw-------");
      assertThat(permissions(directory.resolve("cni.db-shm"))).isEqualTo("rw-------");
      assertThat(permissions(directory)).isEqualTo("rwx------");
    }
  }

  @Test
  void leavesTheDirectoryOfOthersAlone() throws Exception {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

    Store.open(file).close();

    assertThat(permissions(directory)).isEqualTo("rwxr-xr-x");
  }

  @Test
  void remembersAPod() throws CniException {
    PodRow pod = pod("abc", "10.244.1.7", "fd00:10:244:1::7");
    try (Store store = Store.open(file)) {
      store.pods().insert(pod);
    }
    try (Store store = Store.open(file)) {
      PodRow found = store.pods().find(new Attachment("abc", "eth0"));
      assertThat(found).isNotNull();
      assertThat(found).usingRecursiveComparison().ignoringFields("created").isEqualTo(pod);
      assertThat(found.created()).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
      assertThat(store.pods().find(new Attachment("abc", "eth1"))).isNull();
      assertThat(store.pods().find(new Attachment("abd", "eth0"))).isNull();
      assertThat(store.pods().isTaken(IpAddresses.parse("fd00:10:244:1::7"))).isTrue();
      assertThat(store.pods().isTaken(IpAddresses.parse("fd00:10:244:1::"))).isTrue();
      assertThat(store.pods().isTaken(IpAddresses.parse("10.244.1.0"))).isTrue();
      assertThat(store.pods().isTaken(IpAddresses.parse("10.244.1.8"))).isFalse();
      assertThat(store.pods().servedBy(IpAddresses.parse("10.244.1.0")))
          .containsExactly(IpAddresses.parse("10.244.1.7"));
      assertThat(store.pods().use(IpPrefix.parse("10.244.1.0/28"))).isTrue();
      assertThat(store.pods().use(IpPrefix.parse("10.244.0.0/16"))).isFalse();
      assertThat(store.pods().use(IpPrefix.parse("10.244.1.0/30"))).isFalse();
    }
  }

  @Test
  void remembersEachInterfaceOfAContainer() throws CniException {
    try (Store store = Store.open(file)) {
      Pods pods = store.pods();
      assertThat(pods.newKey(new Attachment("abc", "net1"))).isEqualTo("abc");
      pods.insert(podWithInterface("abc", "net1", "10.244.1.7"));
      assertThat(pods.newKey(new Attachment("abc", "eth0"))).isEqualTo("abc/eth0");
      pods.insert(podWithInterface("abc/eth0", "eth0", "10.244.1.8"));

      PodRow second = pods.find(new Attachment("abc", "eth0"));
      assertThat(second).isNotNull();
      assertThat(second.key()).isEqualTo("abc/eth0");
      assertThat(second.containerId()).isEqualTo("abc");
      pods.delete(second);
      assertThat(pods.all()).extracting(PodRow::key).containsExactly("abc");
    }
  }

  @Test
  void forgetsThePortsOfAPodWithThePod() throws CniException {
    PodRow pod = pod("abc", "10.244.1.7", "fd00:10:244:1::7");
    try (Store store = Store.open(file)) {
      store.pods().insert(pod);
      store.ports().insert(new PortRow("abc", WEB));
      assertThat(store.ports().of(pod)).containsExactly(WEB);
      assertThat(store.ports().withNumber(80)).containsExactly(new PortRow("abc", WEB));
      assertThat(store.ports().withNumber(81)).isEmpty();

      store.pods().delete(pod);

      assertThat(store.ports().all()).isEmpty();
    }
  }

  @Test
  void dropsPortsWhosePodWasDeletedByHand() throws CniException {
    try (Store store = Store.open(file);
        Database byHand = Database.connect(file, BusyTimeout.USUAL)) {
      store.pods().insert(pod("abc", "10.244.1.7", "fd00:10:244:1::7"));
      store.ports().insert(new PortRow("abc", WEB));
      byHand.execute("PRAGMA foreign_keys = OFF; DELETE FROM pods");

      Attachment gone = new Attachment("abc", "eth0");
      assertThat(store.orphans().holdPortsOf(gone)).isTrue();
      store.orphans().delete();
      assertThat(store.orphans().holdPortsOf(gone)).isFalse();

      assertThat(store.ports().all()).isEmpty();
      store.pods().insert(pod("abc", "10.244.1.7", "fd00:10:244:1::7"));
    }
  }

  @Test
  void remembersWhoAddedARange() throws CniException {
    IpPrefix configured = IpPrefix.parse("10.244.1.0/24");
    IpPrefix manual = IpPrefix.parse("fd00:10:244:1::/64");
    try (Store store = Store.open(file)) {
      store.ranges().insert(configured);
      store.ranges().insertManual(manual, "more room");
      assertThat(store.ranges().all())
          .containsExactly(
              new RangeRow(1, configured, "", false), new RangeRow(2, manual, "more room", true));

      store.ranges().insertManual(configured, null);
      assertThat(store.ranges().find(configured)).isEqualTo(new RangeRow(1, configured, "", true));
      store.ranges().delete(new RangeRow(1, configured, "", true));
      assertThat(store.ranges().all()).extracting(RangeRow::subnet).containsExactly(manual);
    }
  }

  @Test
  void tellsOverlappingRangesApartByTheirGateway() {
    PodRow pod = pod("abc", "10.244.1.7", "fd00:10:244:1::7");

    assertThat(new RangeRow(1, IpPrefix.parse("10.244.1.0/24"), "", false).serves(pod)).isTrue();
    assertThat(new RangeRow(2, IpPrefix.parse("10.244.0.0/16"), "", false).serves(pod)).isFalse();
  }

  @Test
  void undoesATransactionThatFails() throws CniException {
    try (Store store = Store.open(file)) {
      assertError(
              INTERNAL,
              () ->
                  store.transaction(() -> {
                    store.pods().insert(pod("abc", "10.244.1.7", "fd00:10:244:1::7"));
                    throw new CniException(INTERNAL, "changed my mind");
                  }))
          .isEqualTo("changed my mind");

      assertThat(store.pods().all()).isEmpty();
      store.transaction(() -> store.ranges().insert(IpPrefix.parse("10.0.0.0/8")));
    }
  }

  @Test
  void refusesAnAddressThatIsTaken() throws CniException {
    try (Store store = Store.open(file)) {
      store.pods().insert(pod("abc", "10.244.1.7", "fd00:10:244:1::7"));

      assertError(
              IO_FAILURE, () -> store.pods().insert(pod("abd", "10.244.1.7", "fd00:10:244:1::8")))
          .contains(file.toString(), "pods.ip_address_v4");
    }
  }

  @Test
  void servesManyCallsAtOnceFromTheFirstMomentOn() throws Exception {
    int calls = 8;
    int each = 20;
    List<Future<?>> futures = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(calls)) {
      for (int call = 0; call < calls; call++) {
        int number = call;
        futures.add(executor.submit(() -> addPods(number, each)));
      }
    }
    for (Future<?> future : futures) {
      future.get();
    }
    try (Store store = Store.open(file)) {
      assertThat(store.pods().all()).hasSize(calls * each);
    }
  }

  private Void addPods(int call, int count) throws CniException {
    for (int i = 0; i < count; i++) {
      try (Store store = Store.open(file)) {
        store.transaction(() -> {
          // what nobody else may do between reading and writing
          int last = store.pods().all().size();
          store
              .pods()
              .insert(pod("c" + last, "10.0.0." + last, "fd00::" + Integer.toHexString(last)));
          return call;
        });
      }
    }
    return null;
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static PodRow pod(String key, String v4, String v6) {
    return pod(
        key,
        "eth0",
        new PodAddress(IpAddresses.parse(v4), IpAddresses.parse("10.244.1.0")),
        new PodAddress(IpAddresses.parse(v6), IpAddresses.parse("fd00:10:244:1::")));
  }

  private static PodRow podWithInterface(String key, String interfaceName, String v4) {
    return pod(
        key, interfaceName, new PodAddress(IpAddresses.parse(v4), IpAddresses.parse("10.244.1.0")));
  }

  private static PodRow pod(String key, String interfaceName, PodAddress... addresses) {
    return new PodRow(
        key,
        new PodIdentity("default", "web", "5f"),
        "/run/netns/pod",
        List.of(addresses),
        "knet0a1b2c3d",
        1450,
        "",
        new PodRow.Details(interfaceName, "kindnet", ""));
  }
}
