package io.kindnet.kindnetd.status;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each note once, as long as it applies. Where thousands of nodes have the same to be said of,
 * as when a link goes down, the first few lines say it.
 */
public final class OnceLogger {
  private static final Logger log = LoggerFactory.getLogger(OnceLogger.class);
  private static final int MOST_LINES = 20;

  private Set<Diagnostic> noted = new HashSet<>();

  /** Logs what is new in {@code diagnostics}, all that apply now. */
  public void show(Set<Diagnostic> diagnostics) {
    write(diagnostics, Diagnostic::isWarning, log::warn);
    write(diagnostics, diagnostic -> !diagnostic.isWarning(), log::info);
    noted = new HashSet<>(diagnostics);
  }

  private void write(
      Set<Diagnostic> diagnostics, Predicate<Diagnostic> kind, Consumer<String> line) {
    int count = 0;
    for (Diagnostic diagnostic : diagnostics) {
      if (kind.test(diagnostic) && !noted.contains(diagnostic)) {
        count++;
        if (count <= MOST_LINES || log.isDebugEnabled()) {
          line.accept(diagnostic.text());
        }
      }
    }
    if (count > MOST_LINES) {
      line.accept("and " + (count - MOST_LINES) + " lines more like these, shown with -v=2");
    }
  }
}
