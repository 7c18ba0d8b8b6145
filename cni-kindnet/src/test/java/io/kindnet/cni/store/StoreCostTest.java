package io.kindnet.cni.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.ipam.AddressChoice;
import io.kindnet.cni.ipam.AllocatedAddresses;
import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.Attachment;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.Instructions;

/**
 * What a pod costs does not grow with what is there. Counts the steps that SQLite says it takes, in
 * units that do not depend on the machine.
 */
class StoreCostTest {
  private static final IpPrefix V4 = IpPrefix.parse("10.0.0.0/8");
  private static final IpPrefix V6 = IpPrefix.parse("fd00::/64");
  private static final IpPrefix REMOVED = IpPrefix.parse("10.244.0.0/16");
  private static final InetAddress ANY = IpAddresses.parse("0.0.0.0");
  private static final int PODS = 10_000;
  private static final int PORTS = 5_000;

  @TempDir private Path temporary;

  @Test
  void aPodCostsTheSameHoweverManyThereAre() throws CniException {
    try (Store store = Store.open(temporary.resolve("cni.db"))) {
      addAndDelete(store, 0);
      int alone = addAndDelete(store, 0);
      fill(store);

      int amongMany = addAndDelete(store, PODS);

      assertThat(alone).isPositive();
      // one level more in a tree here and there
      assertThat(amongMany).isLessThan(2 * alone + 20);
    }
  }

  /** All that ADD and DEL ask of the store; returns what it cost. */
  private static int addAndDelete(Store store, int number) throws CniException {
    return cost(
        store,
        () -> {
          Attachment attachment = new Attachment("c" + number, "eth0");
          store.transaction(() -> {
            assertThat(store.pods().find(attachment)).isNull();
            assertThat(store.ranges().all()).hasSizeLessThan(2);
            assertThat(store.pods().use(REMOVED)).isFalse();
            PodRow pod = pod(store, number);
            store.pods().insert(pod);
            store.ports().deleteOf(pod);
            assertThat(store.ports().withNumber(1 + number)).isEmpty();
            store.ports().insert(port(pod, number));
            return pod;
          });
          PodRow pod = store.pods().find(attachment);
          assertThat(pod).isNotNull();
          assertThat(store.ports().of(pod)).hasSize(1);
          store.ports().deleteOf(pod);
          store.pods().delete(pod);
        });
  }

  private static PodRow pod(Store store, int number) throws CniException {
    AllocatedAddresses taken =
        new AllocatedAddresses() {
          @Override
          public boolean isTaken(InetAddress address) throws CniException {
            return store.pods().isTaken(address);
          }

          @Override
          public @Nullable IpPrefix ofMachine(InetAddress address) {
            return null;
          }

          @Override
          public Set<InetAddress> servedBy(InetAddress gateway) {
            throw new AssertionError("there is plenty of room in this range");
          }
        };
    AddressChoice choice = new AddressChoice(List.of(V4, V6), taken, new Random());
    Lease v4 = choice.choose(AddressFamily.IPV4);
    Lease v6 = choice.choose(AddressFamily.IPV6);
    assertThat(v4).isNotNull();
    assertThat(v6).isNotNull();
    return new PodRow(
        store.pods().newKey(new Attachment("c" + number, "eth0")),
        new PodIdentity("default", "web", ""),
        "/run/netns/c" + number,
        List.of(
            new PodAddress(v4.address(), v4.gateway()), new PodAddress(v6.address(), v6.gateway())),
        "knet" + number,
        1500,
        "",
        new PodRow.Details("eth0", "kindnet", ""));
  }

  private static PortRow port(PodRow pod, int number) {
    InetAddress address = pod.addresses().getFirst().address();
    return new PortRow(
        pod.key(), new HostPort(ANY, 1 + number, TransportProtocol.TCP, address, 8080));
  }

  private static void fill(Store store) throws CniException {
    store.transaction(() -> {
      for (int number = 0; number < PODS; number++) {
        PodRow pod = pod(store, number);
        store.pods().insert(pod);
        if (number < PORTS) {
          store.ports().insert(port(pod, number));
        }
      }
      return PODS;
    });
  }

  private interface Work {
    void run() throws CniException;
  }

  private static int cost(Store store, Work work) throws CniException {
    try (Instructions instructions = Instructions.of(store.database().connection())) {
      work.run();
      return instructions.count();
    } catch (SQLException refused) {
      throw new AssertionError(refused);
    }
  }
}
