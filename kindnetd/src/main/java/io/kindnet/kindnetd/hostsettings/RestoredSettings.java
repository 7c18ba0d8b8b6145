package io.kindnet.kindnetd.hostsettings;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was put back lately. Somebody who changes a setting again and again is worth a line in the
 * log once, and again after a while.
 */
final class RestoredSettings {
  private static final Logger log = LoggerFactory.getLogger(RestoredSettings.class);
  private static final Duration WHILE = Duration.ofMinutes(10);

  /** How many are named at once; with many pods there are many interfaces. */
  private static final int NAMED = 5;

  private String text = "";
  private int times;
  private Instant last = Instant.MIN;
  private Instant logged = Instant.MIN;

  /**
   * Tells of settings that were put back.
   *
   * @param settings each with the value that it had; may be empty
   */
  synchronized void add(List<String> settings) {
    if (settings.isEmpty()) {
      return;
    }
    Instant now = Instant.now();
    String named = named(settings);
    boolean news = !named.equals(text) || isOver(logged, now);
    times = isOver(last, now) ? 1 : times + 1;
    text = named;
    last = now;
    if (news) {
      logged = now;
      log.warn("{}: pods of this node depend on it, put back", named);
    }
  }

  private static String named(List<String> settings) {
    String named = String.join(", ", settings.subList(0, Math.min(NAMED, settings.size())));
    String all = named.replace(" is ", " was ");
    return settings.size() > NAMED ? all + " and " + (settings.size() - NAMED) + " more" : all;
  }

  /** What {@code /readyz} says of it: empty once it is a while ago. */
  synchronized Optional<String> description() {
    return isOver(last, Instant.now())
        ? Optional.empty()
        : Optional.of(
            text
                + ", put back at "
                + last.truncatedTo(ChronoUnit.SECONDS)
                + (times > 1 ? ", the last of " + times + " times" : ""));
  }

  private static boolean isOver(Instant moment, Instant now) {
    return moment.equals(Instant.MIN) || moment.plus(WHILE).isBefore(now);
  }
}
