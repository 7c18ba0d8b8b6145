package io.kindnet.kindnetd.networkpolicy.domains;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Names as the API describes them ({@code DomainName} of policy.networking.k8s.io/v1alpha2). */
class DomainMatcherTest {
  private static boolean matches(String pattern, String name) {
    return DomainMatcher.of(Map.of("list", List.of(pattern))).matches(name);
  }

  @Test
  void aNameIsItselfAlone() {
    assertThat(matches("kubernetes.io", "kubernetes.io.")).isTrue();
    assertThat(matches("kubernetes.io", "www.kubernetes.io.")).isFalse();
    assertThat(matches("kubernetes.io", "blog.kubernetes.io.")).isFalse();
    assertThat(matches("kubernetes.io", "my-kubernetes.io.")).isFalse();
    assertThat(matches("kubernetes.io", "wikipedia.org.")).isFalse();
    assertThat(matches("blog.kubernetes.io", "blog.kubernetes.io.")).isTrue();
    assertThat(matches("blog.kubernetes.io", "www.kubernetes.io.")).isFalse();
    assertThat(matches("blog.kubernetes.io", "kubernetes.io.")).isFalse();
  }

  @Test
  void aWildcardIsOneLabelOrMore() {
    assertThat(matches("*.kubernetes.io", "www.kubernetes.io.")).isTrue();
    assertThat(matches("*.kubernetes.io", "latest.blog.kubernetes.io.")).isTrue();
    assertThat(matches("*.kubernetes.io", "a.b.c.d.kubernetes.io.")).isTrue();
    assertThat(matches("*.kubernetes.io", "kubernetes.io.")).isFalse();
    assertThat(matches("*.kubernetes.io", "my-kubernetes.io.")).isFalse();
    assertThat(matches("*.kubernetes.io", "wikipedia.org.")).isFalse();
    assertThat(matches("*.kubernetes.io", "www.kubernetes.io.example.")).isFalse();
    assertThat(matches("*.kubernetes.io", ".")).isFalse();
    assertThat(matches("*.kubernetes.io", "io.")).isFalse();
  }

  /** A label may have any octet, a dot among them. */
  @Test
  void aDotWithinALabelIsNoneBetweenTwo() {
    assertThat(matches("*.b.example", "a\\.b.example.")).isFalse();
    assertThat(matches("b.example", "a\\.b.example.")).isFalse();
    assertThat(matches("*.example", "a\\.b.example.")).isTrue();
    assertThat(matches("*.b.example", "a\\\\.b.example.")).as("a backslash").isTrue();
    assertThat(matches("*.b.example", "\\.b.example.")).isFalse();
    assertThat(matches("*.b.example", "a.\\046b.example.")).isFalse();
  }

  @Test
  void findsAllWhoWantToKnowEachOnce() {
    DomainMatcher<String> matcher =
        DomainMatcher.of(
            Map.of(
                "one", List.of("a.b.example", "*.example"),
                "two", List.of("*.b.example"),
                "three", List.of("b.example")));

    assertThat(matcher.find("a.b.example.")).containsExactlyInAnyOrder("one", "two");
    assertThat(matcher.find("b.example.")).containsExactlyInAnyOrder("one", "three");
    assertThat(matcher.find("example.")).isEmpty();
  }
}
