package io.kindnet.cni.model;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Makes sequences of operations: the same seed, the same sequence. */
final class Operations {
  static final int CONTAINERS = 5;
  private static final List<String> INTERFACES = List.of("eth0", "net1");
  private static final String BRIDGE = "cni0";
  static final List<Setting> SETTINGS =
      List.of(
          Setting.of("kindnet", "", 0, "10.244.1.0/28", "fd00:10:244:1::/64"),
          Setting.of("kindnet", BRIDGE, 0, "10.244.1.0/28", "fd00:10:244:1::/64"),
          Setting.of("kindnet", "", 1400, "10.244.1.0/28"),
          Setting.of("kindnet", "", 0, "fd00:10:244:1::/64"),
          // few addresses: one family is used up before the other
          Setting.of("kindnet", "", 0, "10.244.2.0/29", "fd00:10:244:2::/125"),
          Setting.of("kindnet", BRIDGE, 1300, "fd00:10:244:2::/125", "10.244.2.0/29"),
          Setting.of("kindnet", "", 0, "10.244.2.0/29", "10.244.3.0/29", "fd00:10:244:2::/125"),
          Setting.of("kindnet", "", 0, "10.244.1.8/29", "10.244.1.0/28"),
          Setting.of("other", BRIDGE, 0, "10.244.4.0/25", "fd00:10:244:4::/121"),
          Setting.of("kindnet", "", 0, "10.244.5.0/30", "fd00:10:244:5::/127", "10.244.6.0/31"),
          Setting.of("kindnet", BRIDGE, 0, "10.244.6.0/32", "fd00:10:244:6::/126"),
          Setting.of("kindnet", "", 0));

  private final Random random;
  private final int firstContainer;

  Operations(long seed) {
    this(seed, 0);
  }

  /**
   * Operations.
   *
   * @param firstContainer the lowest number of the containers that they are about
   */
  Operations(long seed, int firstContainer) {
    random = new Random(seed);
    this.firstContainer = firstContainer;
  }

  /** All ranges that there may ever be. */
  static Set<Range> ranges() {
    Set<Range> ranges = new LinkedHashSet<>();
    SETTINGS.forEach(setting -> ranges.addAll(setting.ranges()));
    return ranges;
  }

  /** So many operations, the first of which sets a configuration. */
  List<Operation> next(int count) {
    List<Operation> operations = new ArrayList<>();
    operations.add(new Operation.Configure(SETTINGS.get(random.nextInt(2))));
    while (operations.size() < count) {
      operations.add(next());
    }
    return operations;
  }

  private Operation next() {
    int dice = random.nextInt(100);
    if (dice < 36) {
      return new Operation.Add(slot(), requests());
    } else if (dice < 54) {
      return new Operation.Del(slot(), random.nextInt(4) > 0);
    } else if (dice < 60) {
      return new Operation.Check(slot(), random.nextInt(5) == 0);
    } else if (dice < 63) {
      return new Operation.Gc(slots());
    } else if (dice < 65) {
      return new Operation.Status();
    } else if (dice < 68) {
      return new Operation.AddBadly(slot(), any(Operation.Mistake.values()));
    } else if (dice < 74) {
      return new Operation.Configure(SETTINGS.get(random.nextInt(SETTINGS.size())));
    }
    return nextOfOthers(dice);
  }

  private Operation nextOfOthers(int dice) {
    if (dice < 79) {
      return new Operation.DeleteNamespace(container());
    } else if (dice < 86) {
      return new Operation.MakeNamespace(container());
    } else if (dice < 90) {
      return new Operation.DeleteLink(slot());
    } else if (dice < 91) {
      return new Operation.TakeName(slot());
    } else if (dice < 92) {
      return new Operation.DeleteBridge();
    } else if (dice < 96) {
      return new Operation.Damage(any(Operation.Nft.values()));
    }
    return new Operation.DeleteRows(slot(), random.nextInt(3) == 0);
  }

  private Slot slot() {
    // most pods have one interface
    return new Slot(container(), INTERFACES.get(random.nextInt(4) / 3));
  }

  private int container() {
    return firstContainer + random.nextInt(CONTAINERS);
  }

  private Set<Slot> slots() {
    Set<Slot> slots = new LinkedHashSet<>();
    for (int container = 0; container < CONTAINERS; container++) {
      for (String interfaceName : INTERFACES) {
        if (random.nextInt(3) > 0) {
          slots.add(new Slot(firstContainer + container, interfaceName));
        }
      }
    }
    return slots;
  }

  private List<PortMappingRequest> requests() {
    List<PortMappingRequest> requests = new ArrayList<>();
    for (int count = Math.max(0, random.nextInt(6) - 2); count > 0; count--) {
      requests.add(
          new PortMappingRequest(
              any(80, 81, 53, 5000 + random.nextInt(100)),
              any("tcp", "udp", "tcp", "sctp"),
              any("", "", "", "192.0.2.2", "127.0.0.1", "0.0.0.0", "::1", "::"),
              any(8080, 80, 53)));
    }
    return requests;
  }

  @SafeVarargs
  private <T> T any(T... values) {
    return values[random.nextInt(values.length)];
  }
}
