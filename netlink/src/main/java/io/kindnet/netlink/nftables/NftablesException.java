package io.kindnet.netlink.nftables;

import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.wire.BatchFailure;
import java.util.List;

/**
 * The kernel refused a transaction, of which nothing was carried out. The message is what it said
 * of the first command that it found fault with.
 */
public final class NftablesException extends KernelException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // exceptions of this project are never serialized
  private final List<BatchFailure> failures;

  NftablesException(List<BatchFailure> failures) {
    super(failures.getFirst().error().errno(), message(failures));
    this.failures = List.copyOf(failures);
  }

  /** Everything that the kernel said, in the order of the commands. */
  public List<BatchFailure> failures() {
    return failures;
  }

  private static String message(List<BatchFailure> failures) {
    String first = String.valueOf(failures.getFirst().error().getMessage());
    return failures.size() == 1 ? first : first + " (and " + (failures.size() - 1) + " more)";
  }
}
