package io.kindnet.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.controller.api.Configuration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemovalTest {

  /** A Configuration as an informer still has it, after the last step was taken. */
  @Test
  void aNodeIsNotCleanedAgainOnceTheConfigurationIsGone() throws Exception {
    try (ControllerFixture cluster = new ControllerFixture()) {
      Removal removal =
          new Removal(cluster.client, new DaemonSets(cluster.client, ControllerFixture.NAMESPACE));
      Configuration known = cluster.configuration("onDelete: Clean");
      known.getMetadata().setUid("1");
      known.getMetadata().setDeletionTimestamp(Instant.now().toString());
      known.getMetadata().setFinalizers(List.of(Removal.FINALIZER));

      assertThat(removal.advance(known, List.of())).isTrue();
      assertThat(cluster.daemonSet("kindnet-cleanup")).isNull();
    }
  }
}
