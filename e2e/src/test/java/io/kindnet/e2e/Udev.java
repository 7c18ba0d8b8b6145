package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Resources;

/**
 * The real systemd-udevd, which looks after the links of a node.
 *
 * @param machine the node
 */
record Udev(Machine machine) implements AutoCloseable {
  /** Starts it, and waits until it listens. */
  static Udev start(Machine machine) {
    Udev udev = new Udev(machine);
    machine.start("unshare", "--mount", "sh", "-c", Resources.text(Udev.class, "udev.sh"));
    Eventually.within(TestCluster.DEADLINE, () -> udev.control("control", "--ping"));
    return udev;
  }

  /** Waits until it has done what there is to do. */
  void settle() {
    control("settle");
  }

  /** A link that does not say that its address was given to it gets the same one each time. */
  void requireReplacesAddresses() {
    assertThat(addressOfNewLink()).isEqualTo(addressOfNewLink());
  }

  private String addressOfNewLink() {
    machine.run("ip", "link", "add", "probe0", "type", "veth", "peer", "name", "probe1");
    settle();
    String link = machine.run("ip", "-j", "link", "show", "probe0");
    machine.run("ip", "link", "del", "probe0");
    return Json.read(link).at("/0/address").asText();
  }

  private void control(String... arguments) {
    String[] command = new String[arguments.length + 3];
    command[0] = "env";
    command[1] = "SYSTEMD_IGNORE_CHROOT=1";
    command[2] = "udevadm";
    System.arraycopy(arguments, 0, command, 3, arguments.length);
    machine.run(command);
  }

  @Override
  public void close() {
    control("control", "--exit");
  }
}
