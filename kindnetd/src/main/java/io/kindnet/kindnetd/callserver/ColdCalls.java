package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.MonitoredDatabase;
import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.Store;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What the database says of the calls that the plugin ran by itself. */
final class ColdCalls implements Supplier<Map<String, Long>> {
  private final MonitoredDatabase database;

  ColdCalls(MonitoredDatabase database) {
    this.database = database;
  }

  @Override
  public Map<String, Long> get() {
    Map<String, Long> numbers = new TreeMap<>();
    if (database.exists()) {
      try (Store store = database.open()) {
        for (CniCommand command : new CniCommand[] {CniCommand.ADD, CniCommand.DEL}) {
          numbers.put(command.name(), store.calls().number(command, ExecutionMode.COLD));
        }
      } catch (CniException unreadable) {
        return Map.of(); // the calls themselves say so
      }
    }
    return numbers;
  }
}
