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

  /** Logs what is new in {@code notes}, all that apply now. */
  public void show(Set<Diagnostic> notes) {
    write(notes, Diagnostic::isWarning, log::warn);
    write(notes, note -> !note.isWarning(), log::info);
    noted = new HashSet<>(notes);
  }

  private void write(Set<Diagnostic> notes, Predicate<Diagnostic> kind, Consumer<String> line) {
    int count = 0;
    for (Diagnostic note : notes) {
      if (kind.test(note) && !noted.contains(note)) {
        count++;
        if (count <= MOST_LINES || log.isDebugEnabled()) {
          line.accept(note.text());
        }
      }
    }
    if (count > MOST_LINES) {
      line.accept("and " + (count - MOST_LINES) + " lines more like these, shown with -v=2");
    }
  }
}
