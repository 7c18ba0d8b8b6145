package io.kindnet.kindnetd.status;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what fails each time that somebody asks, once for each reason: probes and scrapers ask every
 * few seconds.
 */
final class FailureLog {
  private static final Logger log = LoggerFactory.getLogger(FailureLog.class);

  private final Map<String, String> reasons = new ConcurrentHashMap<>();

  /**
   * Logs {@code failure} unless it is the same as the last time.
   *
   * @param subject what failed, the first words of the line
   */
  void failed(String subject, Throwable failure) {
    if (!failure.toString().equals(reasons.put(subject, failure.toString()))) {
      log.error("{} failed", subject, failure);
    }
  }

  /** The next failure of {@code subject} is logged, whatever its reason. */
  void succeeded(String subject) {
    reasons.remove(subject);
  }
}
