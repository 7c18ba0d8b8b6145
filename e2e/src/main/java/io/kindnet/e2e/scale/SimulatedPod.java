package io.kindnet.e2e.scale;

import io.kindnet.netlink.testing.Resources;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Pod of a simulated node, of which only the object exists.
 *
 * @param number different for each Pod that has ever been there
 * @param slot from 0; two Pods of one slot have the same node and addresses, one after the other
 */
record SimulatedPod(int number, int slot, Size size) {
  private static final String TEMPLATE = Resources.text(SimulatedPod.class, "pod.json");
  private static final String STATUS = Resources.text(SimulatedPod.class, "pod-status.json");
  private static final List<String> APPS =
      List.of("checkout", "cart", "catalogue", "search", "invoicing");

  /** Of so many Pods in a row in a namespace, one is of a DaemonSet and one of a Job. */
  private static final int BLOCK = 20;

  private static final int FIRST_OF_STATEFUL_SET = 14;
  private static final int OF_DAEMON_SET = 18;
  private static final int OF_JOB = 19;

  /** The characters of the names that controllers make up. */
  private static final String SUFFIX_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";

  private static final int SUFFIX_LENGTH = 5;
  private static final int SUFFIXES = 14_348_907; // 27⁵

  /** Has no factor in common with the number of suffixes, so that no two are equal. */
  private static final long SUFFIX_STEP = 7_368_787;

  /** The object's own, which is the first in it, and what follows. */
  private static final Pattern UID =
      Pattern.compile("\"uid\":\"[^\"]*\",\"resourceVersion\":\"[^\"]*\"");

  private static final int FIRST_HOST = 2;
  private static final int LAST_HOST = 254;

  /** Among how many namespaces and nodes Pods are distributed. */
  record Size(int namespaces, int nodes) {
    /** How many Pods these can have. */
    int most() {
      return nodes * (LAST_HOST - FIRST_HOST + 1);
    }
  }

  private enum Owner {
    REPLICA_SET("ReplicaSet"),
    STATEFUL_SET("StatefulSet"),
    DAEMON_SET("DaemonSet"),
    JOB("Job");

    private final String kind;

    Owner(String kind) {
      this.kind = kind;
    }
  }

  private Owner owner() {
    int place = number / size.namespaces % BLOCK;
    if (place == OF_JOB) {
      return Owner.JOB;
    }
    if (place == OF_DAEMON_SET) {
      return Owner.DAEMON_SET;
    }
    return place >= FIRST_OF_STATEFUL_SET ? Owner.STATEFUL_SET : Owner.REPLICA_SET;
  }

  String namespace() {
    return namespace(number % size.namespaces);
  }

  /** The namespace with a number from 0. */
  static String namespace(int number) {
    return "team-%03d-production".formatted(number);
  }

  private String app() {
    return APPS.get(number / size.namespaces / BLOCK % APPS.size());
  }

  private String ownerName() {
    String app = app();
    return switch (owner()) {
      case REPLICA_SET -> app + "-" + templateHash();
      case STATEFUL_SET -> app + "-database";
      case DAEMON_SET -> app + "-agent";
      case JOB -> app + "-report-" + (29_000_000 + number);
    };
  }

  /** The same for all Pods of a Deployment. */
  private String templateHash() {
    return suffix((namespace() + app()).hashCode() & 0xffff) + suffix(app().hashCode() & 0xffff);
  }

  String name() {
    String tail = owner() == Owner.STATEFUL_SET ? String.valueOf(number) : suffix(number);
    return ownerName() + "-" + tail;
  }

  private static String suffix(int number) {
    long rest = number * SUFFIX_STEP % SUFFIXES;
    StringBuilder suffix = new StringBuilder();
    for (int i = 0; i < SUFFIX_LENGTH; i++) {
      suffix.append(SUFFIX_CHARACTERS.charAt((int) (rest % SUFFIX_CHARACTERS.length())));
      rest /= SUFFIX_CHARACTERS.length();
    }
    return suffix.toString();
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("app.kubernetes.io/name", app());
    labels.put("app.kubernetes.io/instance", app() + "-production");
    labels.put("app.kubernetes.io/version", "v1.24.3");
    labels.put("app.kubernetes.io/managed-by", "Helm");
    switch (owner()) {
      case REPLICA_SET -> labels.put("pod-template-hash", templateHash());
      case STATEFUL_SET -> {
        labels.put("controller-revision-hash", ownerName() + "-" + templateHash());
        labels.put("statefulset.kubernetes.io/pod-name", name());
        labels.put("apps.kubernetes.io/pod-index", String.valueOf(number));
      }
      case DAEMON_SET -> {
        labels.put("controller-revision-hash", templateHash());
        labels.put("pod-template-generation", "3");
      }
      case JOB -> {
        labels.put("batch.kubernetes.io/controller-uid", ownerUid());
        labels.put("batch.kubernetes.io/job-name", ownerName());
        labels.put("controller-uid", ownerUid());
        labels.put("job-name", ownerName());
      }
    }
    return labels;
  }

  private String ownerUid() {
    byte[] name = (namespace() + "/" + ownerName()).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(name).toString();
  }

  private Peer node() {
    return Peer.number(1 + slot % size.nodes);
  }

  /** IPv4, IPv6. */
  private List<String> addresses() {
    if (isInHostNetwork()) {
      return node().addresses();
    }
    int host = FIRST_HOST + slot / size.nodes;
    List<String> podCidrs = node().podCidrs();
    return List.of(
        podCidrs.getFirst().replace(".0/24", "." + host),
        podCidrs.getLast().replace("::/64", "::" + Integer.toHexString(host)));
  }

  private boolean isInHostNetwork() {
    return owner() == Owner.DAEMON_SET;
  }

  /** The object as its controller and the scheduler leave it. */
  String json() {
    String labels =
        labels().entrySet().stream()
            .map(label -> "\"" + label.getKey() + "\": \"" + label.getValue() + "\"")
            .collect(Collectors.joining(", ", "{", "}"));
    return named(TEMPLATE)
        .replace("@LABELS@", labels)
        .replace("@OWNER_KIND@", owner().kind)
        .replace("@OWNER@", ownerName())
        .replace("@OWNER_UID@", ownerUid())
        .replace("@NODE@", node().name())
        .replace("@HOST_NETWORK@", String.valueOf(isInHostNetwork()))
        .replace("@RESTART_POLICY@", owner() == Owner.JOB ? "OnFailure" : "Always");
  }

  /** What its kubelet says once it runs, or has ended. */
  String status() {
    return named(STATUS)
        .replace("@PHASE@", owner() == Owner.JOB ? "Succeeded" : "Running")
        .replace("@HOST_IPV4@", node().addresses().getFirst())
        .replace("@HOST_IPV6@", node().addresses().getLast())
        .replace("@IPV4@", addresses().getFirst())
        .replace("@IPV6@", addresses().getLast())
        .replace("@DIGEST@", digest());
  }

  /** What Pods have in common of which the API server makes the same, but for names and numbers. */
  String shape() {
    return owner() + " of " + app();
  }

  /**
   * The object of this Pod as the API server has it.
   *
   * @param other what it has of a Pod of the same shape
   */
  String likeStored(SimulatedPod model, String other) {
    Map<String, String> texts = new LinkedHashMap<>();
    List<String> mine = ownTexts();
    List<String> ofModel = model.ownTexts();
    for (int i = 0; i < mine.size(); i++) {
      texts.put(ofModel.get(i), mine.get(i));
    }
    // the first that fits is taken, and longer ones come first
    Pattern any =
        Pattern.compile(
            texts.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|")));
    return UID.matcher(any.matcher(other).replaceAll(found -> texts.get(found.group())))
        .replaceFirst("\"uid\":\"" + UUID.randomUUID() + "\",\"resourceVersion\":\"\"");
  }

  /** What no other Pod has, or not every one; none is a part of one behind it. */
  private List<String> ownTexts() {
    return List.of(
        name(),
        ownerName(),
        ownerUid(),
        templateHash(),
        namespace(),
        digest(),
        quoted(node().name()),
        quoted(node().addresses().getFirst()),
        quoted(node().addresses().getLast()),
        quoted(addresses().getFirst()),
        quoted(addresses().getLast()),
        "pod-index\":" + quoted(String.valueOf(number)));
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }

  private String digest() {
    return "%062x".formatted(number);
  }

  private String named(String template) {
    return template
        .replace("@NAME@", name())
        .replace("@NAMESPACE@", namespace())
        .replace("@APP@", app());
  }
}
