package io.kindnet.kindnetd.cleanup;

import io.kindnet.kindnetd.conntrack.ConntrackSettings;
import io.kindnet.kindnetd.install.BinDirectory;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.unix.UnixConnection;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * Removes from this node all that kindnet put there, also the interfaces of pods that still run.
 * What others put there stays. Can be repeated.
 *
 * @param configurations where the runtime looks for configurations
 * @param plugins where the plugin is installed
 * @param database the directory of the plugin's database
 * @param socket the agent's
 */
public record Cleanup(Path configurations, BinDirectory plugins, Path database, Path socket) {
  private static final int DONE = 0;
  private static final int FAILED = 1;

  /**
   * Does it, in the network namespace of the calling thread; prints a line for each thing that was
   * removed to {@code out}, and one for each that could not be to {@code err}.
   *
   * @return exit status: 1 if something could not be removed, or an agent runs
   */
  public int run(PrintWriter out, PrintWriter err) {
    if (agentRuns()) {
      err.println(
          "kindnetd: an agent runs on this node and would bring everything back: it listens at "
              + socket
              + "; stop it first");
      return FAILED;
    }
    Report report = new Report(out, err);
    FileLeftovers files = new FileLeftovers(report);
    files.removeConfiguration(configurations);
    files.removePlugin(plugins);
    KernelLeftovers.remove(report);
    report.search(
        "settings of conntrack",
        () -> {
          for (String setting : ConntrackSettings.beside(socket).restore()) {
            report.remove("the value of " + setting + ", set by kindnet", () -> true);
          }
        });
    files.removeDatabase(database);
    files.removeSocket(socket);
    if (report.removed() == 0 && report.failures() == 0) {
      out.println("nothing of kindnet is on this node");
    }
    return report.failures() == 0 ? DONE : FAILED;
  }

  private boolean agentRuns() {
    try (UnixConnection connection = UnixConnection.connect(socket)) {
      return connection.fd() >= 0;
    } catch (KernelException nobody) {
      return false;
    }
  }
}
