package io.kindnet.kindnetd.kube;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the API server may be.
 *
 * @param kubeconfig a kubeconfig; without one, the service account of the pod is used
 * @param master the server's URL, instead of the one in the kubeconfig or of the service
 * @param controlPlaneEndpoint a URL to prefer to all of them, if it answers
 */
public record ApiServerOptions(
    Optional<Path> kubeconfig, Optional<URI> master, Optional<URI> controlPlaneEndpoint) {}
