package io.kindnet.cni.model;

import java.util.List;
import java.util.Set;

/** One step of a sequence: a call of the plugin, or what others do on the node. */
sealed interface Operation {
  /** The configuration is another one from now on. */
  record Configure(Setting setting) implements Operation {}

  /** ADD. */
  record Add(Slot slot, List<PortMappingRequest> requests) implements Operation {}

  /** ADD with something in it that cannot be meant. */
  record AddBadly(Slot slot, Mistake mistake) implements Operation {}

  /** DEL; without {@code withNamespace}, as of a runtime that no longer knows the namespace. */
  record Del(Slot slot, boolean withNamespace) implements Operation {}

  /** CHECK with the result of the last ADD, or, if {@code wrong}, with another address in it. */
  record Check(Slot slot, boolean wrong) implements Operation {}

  /** GC by a runtime that knows only {@code kept}. */
  record Gc(Set<Slot> kept) implements Operation {}

  /** STATUS. */
  record Status() implements Operation {}

  /** The namespace of a container goes, as when its processes were killed. */
  record DeleteNamespace(int container) implements Operation {}

  /** A container whose namespace is gone gets a new one. */
  record MakeNamespace(int container) implements Operation {}

  /** Somebody deletes the host's end of an interface. */
  record DeleteLink(Slot slot) implements Operation {}

  /** Somebody makes an interface in a pod under this name. */
  record TakeName(Slot slot) implements Operation {}

  /** Somebody deletes the bridge. */
  record DeleteBridge() implements Operation {}

  /** Somebody changes the nftables rules. */
  record Damage(Nft nft) implements Operation {}

  /** Somebody deletes the row of a pod, and with {@code further} those that refer to it. */
  record DeleteRows(Slot slot, boolean further) implements Operation {}

  /** What is done to the rules. */
  enum Nft {
    FLUSH_RULESET("flush ruleset"),
    DELETE_TABLE("delete table inet cni-kindnet"),
    FLUSH_TABLE("flush table inet cni-kindnet"),
    FLUSH_MAP_V4("flush map inet cni-kindnet hostport-any-v4"),
    FLUSH_HAIRPIN_V6("flush set inet cni-kindnet hairpin-v6");

    private final String command;

    Nft(String command) {
      this.command = command;
    }

    String command() {
      return command;
    }
  }

  /** What is wrong with an ADD, and the code of the error. */
  enum Mistake {
    CONTAINER_ID(4),
    INTERFACE_NAME(4),
    NO_NAMESPACE(4),
    NAMESPACE_IS_A_FILE(4),
    HOST_NAMESPACE(4),
    NOT_JSON(6),
    RANGE(7),
    HOST_PORT(7),
    HOST_IP(7),
    VERSION(1);

    private final int errorCode;

    Mistake(int errorCode) {
      this.errorCode = errorCode;
    }

    int errorCode() {
      return errorCode;
    }
  }
}
