package io.kindnet.kindnetd.networkpolicy.compiler;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void chainsAreNamedAfterTheirFirstPolicy() {
    assertThat(Names.chain("ingress", List.of("default/web"), "x"))
        .matches("ingress-default/web-[0-9a-f]{12}");
    assertThat(Names.chain("ingress", List.of("default/web", "default/db"), "x"))
        .matches("ingress-default/web-and-1-[0-9a-f]{12}");
    assertThat(Names.chain("egress", List.of("a/b"), "x"))
        .isNotEqualTo(Names.chain("egress", List.of("a/b"), "y"));
  }

  /** 63 and 253 characters are what the API allows; the log of denials keeps 119 bytes. */
  @Test
  void longNamesAreCut() {
    String longest = "n".repeat(63) + "/" + "p".repeat(253);
    assertThat(Names.chain("deny-ingress", List.of(longest, longest), "x")).hasSizeLessThan(119);
  }

  @Test
  void commentsAreCutBetweenTheirParts() {
    assertThat(Names.comment("pods of ", List.of("a", "b"))).isEqualTo("pods of a, b");
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add("namespace/policy-" + i);
      String comment = Names.comment("pods of ", many);
      assertThat(comment.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(127);
    }
    assertThat(Names.comment("pods of ", many))
        .isEqualTo(
            "pods of namespace/policy-0, namespace/policy-1, namespace/policy-2,"
                + " namespace/policy-3, namespace/policy-4 and 95 more");
  }

  @Test
  void onePartThatIsTooLongIsCut() {
    String comment = Names.comment("", List.of("ü".repeat(100), "x"));
    assertThat(comment).startsWith("üüü").endsWith("… and 1 more");
    assertThat(comment.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(127);
  }

  @Test
  void nftListsCommentsInQuotes() {
    assertThat(Names.comment("rule \"a\"\n")).isEqualTo("rule  a  ");
  }
}
