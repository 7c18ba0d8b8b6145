package io.kindnet.cni.podlink;

import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.Route;
import java.util.List;
import java.util.Optional;

/**
 * The interface of a pod as it was made.
 *
 * @param bridge the bridge, if the host's end is a port of one
 * @param host the host's end
 * @param pod the pod's end
 * @param defaultRoutes the default routes that were made in the pod
 */
public record PodLink(Optional<Link> bridge, Link host, Link pod, List<Route> defaultRoutes) {}
