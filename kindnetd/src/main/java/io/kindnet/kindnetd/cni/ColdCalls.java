package io.kindnet.kindnetd.cni;

import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import io.kindnet.cni.store.Way;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What the database says of the calls that the plugin ran by itself. */
final class ColdCalls implements Supplier<Map<String, Long>> {
  private final Path file;

  /**
   * @param file the database
   */
  ColdCalls(Path file) {
    this.file = file;
  }

  @Override
  public Map<String, Long> get() {
    Map<String, Long> numbers = new TreeMap<>();
    if (Store.exists(file)) {
      try (Store store = Store.open(file)) {
        for (CniCommand command : new CniCommand[] {CniCommand.ADD, CniCommand.DEL}) {
          numbers.put(command.name(), store.calls().number(command, Way.COLD));
        }
      } catch (CniException unreadable) {
        return Map.of(); // the calls themselves say so
      }
    }
    return numbers;
  }
}
