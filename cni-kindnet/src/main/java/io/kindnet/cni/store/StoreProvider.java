package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniException;
import java.nio.file.Path;

/** Where calls have their connection to the file from, and who gets it back. */
public interface StoreProvider {
  /** Each call opens the file for itself, and closes it. */
  StoreProvider OF_ONE_CALL =
      new StoreProvider() {
        @Override
        public Store open(Path file, BusyTimeout busyTimeout, Store.Seeder seeder)
            throws CniException {
          return Store.open(file, busyTimeout, seeder);
        }

        @Override
        public void giveBack(Store store, boolean usable) {
          store.close();
        }

        @Override
        public <T> T runExclusive(Store.Work<T> work) throws CniException {
          return work.run();
        }
      };

  /** As {@link Store#open(Path, BusyTimeout, Store.Seeder)} gives it. */
  Store open(Path file, BusyTimeout busyTimeout, Store.Seeder seeder) throws CniException;

  /**
   * Takes what {@link #open} gave, at the end of the call.
   *
   * @param usable whether it is as good as before; not after an error
   */
  void giveBack(Store store, boolean usable);

  /** Does {@code work}, which needs the file for itself alone, while none is kept open here. */
  <T> T runExclusive(Store.Work<T> work) throws CniException;
}
