package io.kindnet.kindnetd;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** What {@link CommandRunner} runs. */
public interface Program {
  /** Its name, flags and help, and as user object what is called. */
  CommandSpec spec();

  /** Classes of commands that can be its first word, with picocli's annotations. */
  default List<Class<?>> subcommands() {
    return List.of();
  }
}
