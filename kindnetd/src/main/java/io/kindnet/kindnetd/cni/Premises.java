package io.kindnet.kindnetd.cni;

import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniEnvironment;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.NetworkConfigReader;
import io.kindnet.netlink.libc.Descriptor;
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
record Premises(String obstacle) {
  static Premises of(Request request) {
    Descriptor network = request.descriptors().ownNetwork();
    Descriptor root = request.descriptors().root();
    if (network == null || root == null) {
      return new Premises("it came without network namespace or root directory");
    }
    if (!NetworkNamespace.isCurrent(network)) {
      return new Premises("it is of another network namespace than the agent");
    }
    Path folder = folderOf(request);
    return folder == null || isSame(root, folder)
        ? new Premises("")
        : new Premises(folder + " is another directory for the agent, or not there yet");
  }

  /** That of the database; null for a call that needs none, or fails before it does. */
  private static @Nullable Path folderOf(Request request) {
    try {
      CniCommand command = CniEnvironment.of(request.variables()).command();
      return command == CniCommand.VERSION
          ? null
          : NetworkConfigReader.of(request.input()).read(command).dataDir();
    } catch (CniException invalid) {
      return null; // the verb says so
    }
  }

  private static boolean isSame(Descriptor root, Path folder) {
    try (Descriptor theirs = io.kindnet.netlink.libc.Files.openInRoot(root, folder.toString())) {
      return Files.isSameFile(Path.of("/proc/self/fd/" + theirs.number()), folder);
    } catch (KernelException | IOException notThere) {
      return false;
    }
  }
}
