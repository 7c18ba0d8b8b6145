package io.kindnet.kindnetd.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InternerTest {
  private static final int MANY = 10_000;

  private final Interner<String> interner = new Interner<>();

  @Test
  void givesOneObjectForEqualValues() {
    List<String> first = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      first.add(interner.intern("value " + i));
    }
    for (int i = 0; i < MANY; i++) {
      assertThat(interner.intern("value " + i)).isSameAs(first.get(i));
    }
    assertThat(interner.size()).isEqualTo(MANY);
    // equal hashes: they are in the same chain
    assertThat(interner.intern(new String("Aa"))).isEqualTo("Aa");
    assertThat(interner.intern(new String("BB"))).isEqualTo("BB");
  }

  @Test
  void forgetsWhatNobodyUses() {
    List<String> used = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      String value = interner.intern("value " + i);
      if (i % 100 == 0) {
        used.add(value);
      }
    }
    Eventually.within(
        Duration.ofSeconds(60),
        () -> {
          System.gc();
          assertThat(interner.size()).isEqualTo(used.size());
        });
    for (String value : used) {
      assertThat(interner.intern(new String(value))).isSameAs(value);
    }
  }
}
