package io.kindnet.kindnetd.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.ClusterView.Change;
import io.kindnet.kindnetd.cluster.ClusterView.Changes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
  private static final int MANY = 5000;

  private final ClusterView<String> view = new ClusterView<>();
  private final AtomicInteger notified = new AtomicInteger();

  private ClusterView.Snapshot<String> snapshot() {
    return view.snapshot().orElseThrow();
  }

  @Test
  void saysNothingBeforeTheFirstListIsComplete() {
    view.onChange(notified::incrementAndGet);
    view.put("a", "1");
    view.put("b", "1");
    view.remove("b");
    assertThat(view.snapshot()).isEmpty();
    assertThat(view.get("a")).isEmpty();
    assertThat(notified).hasValue(0);

    view.listed(Set.of("a"));
    assertThat(snapshot().objects()).isEqualTo(Map.of("a", "1"));
    assertThat(view.get("a")).contains("1");
    assertThat(notified).hasValue(1);

    view.listed(Set.of("a"));
    view.put("a", "1");
    view.remove("b");
    assertThat(notified).as("nothing has changed").hasValue(1);
  }

  @Test
  void tellsWhatHasChangedSinceASnapshot() {
    view.put("a", "1");
    view.put("b", "1");
    view.listed(Set.of("a", "b"));
    long version = snapshot().version();
    assertThat(view.changesSince(version)).contains(new Changes<>(version, List.of()));

    view.put("a", "2");
    view.put("c", "1");
    view.listed(Set.of("a", "c"));
    assertThat(view.changesSince(version))
        .contains(
            new Changes<>(
                version + 3,
                List.of(
                    new Change<>("a", Optional.of("1"), Optional.of("2")),
                    new Change<>("c", Optional.empty(), Optional.of("1")),
                    new Change<>("b", Optional.of("1"), Optional.empty()))));
    assertThat(view.changesSince(version + 2).orElseThrow().changes()).hasSize(1);
    assertThat(snapshot().version()).isEqualTo(version + 3);
    assertThat(snapshot().objects()).isEqualTo(Map.of("a", "2", "c", "1"));
  }

  @Test
  void keepsASnapshotAsItWasAndMakesNoOtherWithoutAChange() {
    view.put("a", "1");
    view.listed(Set.of("a"));
    ClusterView.Snapshot<String> before = snapshot();
    assertThat(snapshot()).isSameAs(before);
    view.put("a", "2");
    assertThat(before.objects()).isEqualTo(Map.of("a", "1"));
    assertThat(snapshot().objects()).isEqualTo(Map.of("a", "2"));
  }

  @Test
  void asksForASnapshotWhereTheChangesAreTooOld() {
    view.listed(Set.of());
    long version = snapshot().version();
    for (int change = 0; change < MANY; change++) {
      view.put("a", String.valueOf(change));
    }
    assertThat(view.changesSince(version)).isEmpty();
    long later = snapshot().version();
    view.put("a", "last");
    assertThat(view.changesSince(later).orElseThrow().changes()).hasSize(1);
  }
}
