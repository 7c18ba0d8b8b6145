package io.kindnet.controller.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** How kindnet is to run on the nodes of a cluster. There is one, called {@value #NAME}. */
@Group(Configuration.GROUP)
@Version("v1alpha1")
public class Configuration extends CustomResource<ConfigurationSpec, ConfigurationStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  /** The API group. */
  public static final String GROUP = "kindnet.io";

  /** The name of the one that counts. */
  public static final String NAME = "kindnet";
}
