package io.kindnet.kindnetd.networkpolicy.compiler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who says that an address is theirs: nearly always one, so that a list is the exception. */
final class Claims<T> {
  private final Map<AddressKey, T> single = new HashMap<>();
  private final Map<AddressKey, List<T>> several = new HashMap<>();

  void add(AddressKey address, T owner) {
    List<T> owners = several.get(address);
    if (owners != null) {
      owners.add(owner);
      return;
    }
    T present = single.putIfAbsent(address, owner);
    if (present != null) {
      single.remove(address);
      several.put(address, new ArrayList<>(List.of(present, owner)));
    }
  }

  void remove(AddressKey address, T owner) {
    List<T> owners = several.get(address);
    if (owners == null) {
      single.remove(address, owner);
      return;
    }
    owners.remove(owner);
    if (owners.size() == 1) {
      several.remove(address);
      single.put(address, owners.getFirst());
    }
  }

  List<T> of(AddressKey address) {
    List<T> owners = several.get(address);
    if (owners != null) {
      return List.copyOf(owners);
    }
    T owner = single.get(address);
    return owner == null ? List.of() : List.of(owner);
  }
}
