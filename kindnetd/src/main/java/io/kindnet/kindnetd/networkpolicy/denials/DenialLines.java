package io.kindnet.kindnetd.networkpolicy.denials;

import java.time.Duration;

/** Writes what is denied, a line each. */
interface DenialLines {
  /** One connection. */
  void denied(Denial denial);

  /**
   * Some connections have no line.
   *
   * @param count how many packets of such connections there were
   * @param time in which
   */
  void leftOut(long count, Duration time);
}
