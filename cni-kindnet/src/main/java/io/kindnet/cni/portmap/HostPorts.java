package io.kindnet.cni.portmap;

import io.kindnet.cni.protocol.CniException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The host port rules of one network namespace. Each pod adds and removes its own elements, so that
 * calls for different pods may run at the same time.
 *
 * <p>What the kernel refuses is thrown as the unchecked exceptions of {@code netlink}; a call that
 * throws has changed nothing.
 */
public interface HostPorts extends AutoCloseable {
  /**
   * Adds the elements of {@code pod}; those that are there already are kept.
   *
   * @return false, and nothing has changed, if the table is not as it was made, or another element
   *     is in the way: then {@link #restore} is due
   */
  boolean install(PodHostPorts pod) throws CniException;

  /**
   * Takes the elements of {@code pod} away.
   *
   * @return false, and nothing has changed, if the table or an element is not there: then {@link
   *     #restore} is due
   */
  boolean remove(PodHostPorts pod);

  /**
   * Whether the first elements of {@code witness}, which nobody is to have removed, are there: who
   * flushes a map takes those of all pods. A look at one pod costs the same however many there are.
   */
  boolean isIntact(PodHostPorts witness);

  /** Whether the rules are there, all elements of {@code pods}, and those of Services. */
  boolean areInstalled(List<PodHostPorts> pods);

  /**
   * What of {@link #install} is not there any more, one sentence for each thing; empty if all is
   * well.
   */
  List<String> check(PodHostPorts pod);

  /** The host ports that are there, of whichever pods. */
  List<HostPort> list();

  /**
   * Makes the rules and the elements those of {@code pods} and no others. The caller keeps others
   * from installing and removing meanwhile. No table is made where there is none and no pod needs
   * it.
   */
  void restore(List<PodHostPorts> pods);

  /**
   * Lets the host ports of {@code pods} answer on loopback addresses again, where the interface of
   * a pod, or its bridge, has lost what that takes: as it does when it is set down.
   *
   * @return what was put back, a sentence each that says what was wrong
   */
  List<String> restoreLoopback(List<PodHostPorts> pods) throws CniException;

  /**
   * Keeps host ports from the addresses of Services that are local to this node now ({@link
   * ServiceAddresses}), and from no others; does nothing where there is no table. Installing and
   * restoring do so, too.
   */
  void followServices();

  /** Why {@link #restore} cannot use the table that is there; null where it can. */
  @Nullable TableProblem problem();

  /**
   * Deletes a table of another version and makes this version's in the same transaction, with the
   * ports of {@code pods}; does nothing where there is no such table. No table is made where no pod
   * needs it. The caller keeps others from installing and removing meanwhile.
   */
  void replace(List<PodHostPorts> pods);

  /**
   * Makes connection tracking forget the UDP flows to the host's ports that are now those of {@code
   * pod}: they would go on where they went when they began, whatever the rules say by now.
   */
  void forgetFlowsToPorts(PodHostPorts pod);

  /** Makes connection tracking forget the UDP flows that {@code pod} answered, which is going. */
  void forgetFlowsToPod(PodHostPorts pod);

  @Override
  void close();
}
