package io.kindnet.kindnetd.podlinks;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what was put back: the first lines of many, and each of them once in a while, since somebody
 * may take it away again and again. Not for several threads.
 */
final class RepairLog {
  private static final Logger log = LoggerFactory.getLogger(RepairLog.class);
  private static final int MOST_LINES = 20;
  private static final Duration AGAIN = Duration.ofMinutes(10);

  private final Map<String, Long> logged = new HashMap<>();

  /** Logs what is new in {@code restored}, sentences that say what was wrong. */
  void show(List<String> restored) {
    long now = System.nanoTime();
    logged.values().removeIf(then -> now - then > AGAIN.toNanos());
    int lines = 0;
    for (String problem : restored) {
      if (logged.putIfAbsent(problem, now) == null) {
        lines++;
        if (lines <= MOST_LINES || log.isDebugEnabled()) {
          log.warn("{}; others did that, put right", problem);
        }
      }
    }
    if (lines > MOST_LINES) {
      log.warn("and {} lines more like these, shown with -v=2", lines - MOST_LINES);
    }
  }
}
