package io.kindnet.cni.steps;

/**
 * What has just been done. A program may end after any of these, whatever it was in the middle of;
 * the tests kill it there, each step in turn, and see that the next call cleans up.
 */
public enum Step {
  /** The database is open, its schema that of this program. */
  DATABASE_OPENED,
  /** ADD: the pod's namespace is open, the name of the interface free in it. */
  NAMESPACE_OPENED,
  /** ADD: all rows of the pod are written and not committed. */
  ROWS_WRITTEN,
  /** ADD: all rows of the pod are committed. */
  ROWS_COMMITTED,
  /** ADD: the bridge is there and up; only where pods are plugged to one. */
  BRIDGE_READY,
  /** ADD: both ends of the veth pair are there, down. */
  PAIR_CREATED,
  /** ADD: nothing delays IPv6 addresses of either end; only for a pod with IPv6. */
  IPV6_PREPARED,
  /** ADD: the host's end has its alias, and is a port of the bridge if there is one. */
  HOST_END_PLUGGED,
  /** ADD: both ends are up and carry packets. */
  LINK_UP,
  /** ADD, for each family: the host leads to the pod. */
  HOST_ROUTED,
  /** ADD, for each family: the pod has its address. */
  POD_ADDRESSED,
  /** ADD, for each family: the pod has its routes. */
  POD_ROUTED,
  /** ADD: the host ports of the pod answer. */
  PORTS_INSTALLED,
  /** ADD, DEL, GC: old UDP flows of the host ports are forgotten. */
  FLOWS_FORGOTTEN,
  /** ADD, GC: the rules of all host ports are those of the rows. */
  PORTS_RESTORED,
  /** DEL, GC: the host ports of the pod are gone, their rows deleted and not committed. */
  PORTS_REMOVED,
  /** DEL, GC: it is committed that the rows of the host ports are gone. */
  PORT_ROWS_DELETED,
  /** DEL, GC: the interface is gone. */
  LINK_DELETED,
  /** DEL, GC: the last row of the pod is gone. */
  ROWS_DELETED
}
