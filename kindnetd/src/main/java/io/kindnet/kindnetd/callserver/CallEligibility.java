package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call would do here what it does as a process of the launcher: the same network of the
 * host, the same database.
 *
 * @param obstacle why it would not; empty if it would
 */
record CallEligibility(String obstacle) {
  static CallEligibility of(CallRequest request) {
    Fd network = request.fds().ownNetwork();
    Fd root = request.fds().root();
    if (network == null || root == null) {
      return new CallEligibility("it came without network namespace or root directory");
    }
    if (!NetworkNamespace.isCurrent(network)) {
      return new CallEligibility("it is of another network namespace than the agent");
    }
    Path directory = directoryOf(request);
    return directory == null || isSame(root, directory)
        ? new CallEligibility("")
        : new CallEligibility(directory + " is another directory for the agent, or not there yet");
  }

  /** That of the database; null for a call that needs none, or fails before it does. */
  private static @Nullable Path directoryOf(CallRequest request) {
    if (CniCommand.VERSION.name().equals(request.variables().get("CNI_COMMAND"))) {
      return null;
    }
    try {
      return request.input().config().dataDir();
    } catch (CniException invalid) {
      return null; // the verb says so
    }
  }

  private static boolean isSame(Fd root, Path directory) {
    try (Fd theirs = io.kindnet.netlink.libc.FileOpener.openInRoot(root, directory.toString())) {
      return Files.isSameFile(Path.of("/proc/self/fd/" + theirs.number()), directory);
    } catch (KernelException | IOException notThere) {
      return false;
    }
  }
}
