package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel does with packets what the evaluator says, in clusters made up at random. */
@NetworkNamespaces
class RandomPoliciesTest {
  private final KernelComparison comparison;

  RandomPoliciesTest(Namespace source, Namespace node, Namespace sink) {
    this.comparison = new KernelComparison(source, node, sink);
  }

  @AfterEach
  void close() {
    comparison.close();
  }

  /** With the last one a domain name has the address of a pod that names a port. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5621800430536L})
  void fixedSeeds(long seed) {
    assertThat(comparison.play(seed)).isPositive();
  }

  @Test
  void anotherSeedEachTime() {
    assertThat(comparison.play(System.nanoTime())).isPositive();
  }
}
