package io.kindnet.kindnetd.dnscache.resolver;

import io.kindnet.kindnetd.dnscache.wire.AnswerAddresses;

/**
 * Is told the addresses in answers before clients get them, who wait for the return. Thread-safe.
 */
public interface AnswerWatch {
  /** Nobody. */
  AnswerWatch NONE =
      new AnswerWatch() {
        @Override
        public int generation() {
          return 0;
        }

        @Override
        public boolean concerns(String name) {
          return false;
        }

        @Override
        public boolean answering(AnswerAddresses answer) {
          return true;
        }
      };

  /**
   * Another number, above zero, whenever it {@link #concerns} other names: it has to be told again
   * of what it was told before. 0 as long as it concerns none.
   */
  int generation();

  /**
   * Whether answers about a name matter.
   *
   * @param name in presentation format, in lower case, with the final dot
   */
  boolean concerns(String name);

  /**
   * An answer is about to be given.
   *
   * @return false if it has to be told again when the answer is given again
   */
  boolean answering(AnswerAddresses answer);
}
