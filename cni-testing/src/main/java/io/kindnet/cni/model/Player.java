package io.kindnet.cni.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Plays operations on a node of its own, one after the other, and compares after each. */
final class Player implements AutoCloseable {
  private final Node node;
  private final Calls calls;
  private final NodeModel model = new NodeModel();
  private final Map<Slot, JsonNode> results = new HashMap<>();
  private Setting setting = Setting.of("kindnet", "", 0);

  /**
   * A player.
   *
   * @param dataDir an empty directory
   * @param plugins the plugin for a node with this namespace
   */
  Player(Path dataDir, Function<Namespace, Plugin> plugins) {
    node = new Node(dataDir);
    calls = new Calls(plugins.apply(node.host()), dataDir);
    for (int container = 0; container < Operations.CONTAINERS; container++) {
      node.makeNamespace(container);
    }
  }

  /**
   * Does it, and compares what it answers and leaves behind with the model.
   *
   * @throws AssertionError naming what is different
   */
  void play(Operation operation) {
    switch (operation) {
      case Operation.Configure to -> setting = to.setting();
      case Operation.Add add -> add(add.slot(), add.requests());
      case Operation.AddBadly add -> addBadly(add);
      case Operation.Del del -> del(del.slot(), del.withNamespace());
      case Operation.Check check -> check(check.slot(), check.wrong());
      case Operation.Gc gc -> gc(gc.kept());
      case Operation.Status status -> status();
      case Operation.DeleteNamespace delete -> deleteNamespace(delete.container());
      case Operation.MakeNamespace make -> node.makeNamespace(make.container());
      case Operation.DeleteLink delete -> deleteLink(delete.slot());
      case Operation.TakeName take -> takeName(take.slot());
      case Operation.DeleteBridge delete -> deleteBridge();
      case Operation.Damage damage -> damage(damage.nft());
      case Operation.DeleteRows delete -> deleteRows(delete.slot(), delete.further());
    }
    compare();
  }

  /** DEL of all, then GC: nothing of any pod may be left. */
  void finish() {
    for (int container = 0; container < Operations.CONTAINERS; container++) {
      del(new Slot(container, "eth0"), true);
      del(new Slot(container, "net1"), true);
    }
    compare();
    for (String network : List.of("kindnet", "other")) {
      setting = Setting.of(network, "", 0);
      gc(Set.of());
    }
    compare();
    for (String line : node.observe()) {
      boolean isLeft = !line.contains(" cni0") && !line.contains("ipam_ranges");
      if (isLeft && !line.startsWith("rules ")) {
        throw new AssertionError("is left after the end: " + line);
      }
    }
  }

  private void compare() {
    Set<String> observed = node.observe();
    model.facts().requireOf(observed);
    model.adopt(observed);
  }

  private void add(Slot slot, List<PortMappingRequest> requests) {
    AddRules rules = new AddRules(setting, model.pods());
    String netns = node.netns(slot.container());
    boolean isNameTaken = model.findLinked(slot) != null || node.isNameTaken(slot);
    Set<Integer> errors =
        rules.errors(slot, node.hasNamespace(slot.container()), isNameTaken, requests);

    Answer answer = calls.add(slot, netns, setting, requests);

    if (errors.isEmpty()) {
      require(answer.succeeded(), "ADD must succeed", answer);
      Pod pod = Pod.read(answer.json(), slot, netns, setting, requests);
      rules.requireValid(pod.leases());
      int mtu = setting.mtu() == 0 ? Node.UPLINK_MTU : setting.mtu();
      require(pod.mtu() == mtu, "the MTU must be " + mtu, answer);
      model.added(pod);
      results.put(slot, answer.json());
    } else {
      requireError(answer, errors);
    }
  }

  private void addBadly(Operation.AddBadly add) {
    String netns = node.netns(add.slot().container());
    String host = node.host().path().toString();
    requireError(
        calls.addBadly(add.slot(), netns, host, setting, add.mistake()),
        Set.of(add.mistake().errorCode()));
  }

  private void del(Slot slot, boolean withNamespace) {
    String netns = withNamespace ? node.netns(slot.container()) : "";
    requireSilence(calls.del(slot, netns, setting));
    model.deleted(slot, netns);
  }

  private void check(Slot slot, boolean wrong) {
    JsonNode result = results.get(slot);
    if (result == null) {
      return;
    }
    PodState state = model.find(slot);
    boolean isWell = !wrong && state != null && state.linked && isPlugged(state);
    boolean hasPorts = state != null && !state.pod.ports().isEmpty();
    boolean isInDoubt = hasPorts && state != null && state.elementsInDoubt;
    if (hasPorts && !model.isTableComplete()) {
      isWell = false;
    }
    JsonNode previous = wrong ? withOtherAddress(result) : result;

    Answer answer = calls.check(slot, node.netns(slot.container()), setting, previous);

    if (!isWell) {
      requireError(answer, Set.of(ErrorCodes.INVALID_ENVIRONMENT, ErrorCodes.CHECK_FAILED));
    } else if (!isInDoubt) {
      requireSilence(answer);
    }
  }

  private static boolean isPlugged(PodState state) {
    return state.plugged || !state.pod.isBridged();
  }

  private static JsonNode withOtherAddress(JsonNode result) {
    ObjectNode other = result.deepCopy();
    ObjectNode ip = (ObjectNode) other.path("ips").path(0);
    ip.put("address", ip.path("address").asText().contains(":") ? "fd00::1/128" : "10.0.0.1/32");
    return other;
  }

  private void gc(Set<Slot> kept) {
    requireSilence(calls.gc(setting, kept));
    model.collected(setting.network(), kept);
  }

  /** Says nothing of addresses: with none left, the pods that are there must stay. */
  private void status() {
    requireSilence(calls.status(setting));
  }

  private void deleteNamespace(int container) {
    String netns = node.deleteNamespace(container);
    Collection<String> links = model.linksIn(netns);
    model.namespaceDeleted(netns);
    node.awaitGone(links);
  }

  private void deleteLink(Slot slot) {
    PodState state = model.findLinked(slot);
    if (state != null) {
      node.deleteLink(state.pod.hostInterface());
      model.linkDeleted(slot);
    }
  }

  private void takeName(Slot slot) {
    if (model.findLinked(slot) == null) {
      node.takeName(slot);
    }
  }

  private void deleteBridge() {
    node.deleteLink("cni0");
    model.bridgeDeleted("cni0");
  }

  private void damage(Operation.Nft damage) {
    node.damage(damage);
    switch (damage) {
      case FLUSH_RULESET, DELETE_TABLE -> model.tableDeleted();
      case FLUSH_TABLE -> model.rulesDeleted();
      case FLUSH_MAP_V4, FLUSH_HAIRPIN_V6 -> model.elementsDeleted();
    }
  }

  private void deleteRows(Slot slot, boolean further) {
    PodState state = model.find(slot);
    if (state != null) {
      node.deleteRows(state.pod.hostInterface(), further);
      model.rowsDeleted(slot, further);
    }
  }

  private static void requireSilence(Answer answer) {
    require(answer.equals(new Answer(0, "")), "it must succeed and say nothing", answer);
  }

  private static void requireError(Answer answer, Set<Integer> codes) {
    require(
        answer.exitCode() == 1 && codes.contains(answer.errorCode()),
        "it must fail with one of the codes " + codes,
        answer);
  }

  private static void require(boolean isSo, String what, Answer answer) {
    if (!isSo) {
      throw new AssertionError(what + ", but the answer is " + answer);
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
