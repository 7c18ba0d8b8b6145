/**
 * Who asks the API server and whom to trust: kubeconfig files as kubectl reads them, the service
 * account of a pod, and the HTTP client made of both. Knows nothing of what is asked.
 */
@NullMarked
package io.kindnet.kindnetd.kube.credentials;

import org.jspecify.annotations.NullMarked;
