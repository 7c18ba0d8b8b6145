package io.kindnet.kindnetd.dnscache.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Whether an answer of the cache means the same as that of the server. */
final class AnswerComparison {
  private final String about;

  /**
   * @param about what failures are described with
   */
  AnswerComparison(String about) {
    this.about = about;
  }

  /**
   * Compares.
   *
   * @param direct what the server says to the same query
   * @param whole the same over TCP
   * @param cached the answer to be judged
   */
  void compare(Message direct, Message whole, Message cached) {
    assertThat(cached.getQuestion().getName().toString())
        .as(about)
        .isEqualTo(direct.getQuestion().getName().toString());
    assertThat(cached.getRcode()).as(about).isEqualTo(direct.getRcode());
    for (int flag : new int[] {Flags.AA, Flags.RD, Flags.RA, Flags.AD, Flags.CD}) {
      assertThat(cached.getHeader().getFlag(flag))
          .as(Flags.string(flag) + " of " + about)
          .isEqualTo(direct.getHeader().getFlag(flag));
    }
    assertThat(cached.getOPT() == null).as(about).isEqualTo(direct.getOPT() == null);
    if (cached.getOPT() != null) {
      assertThat(cached.getOPT().getFlags()).as(about).isEqualTo(direct.getOPT().getFlags());
    }
    boolean cut = cached.getHeader().getFlag(Flags.TC);
    // the server may not send over UDP what a client takes; the cache may not send less
    assertThat(cut && !direct.getHeader().getFlag(Flags.TC)).as(about).isFalse();
    for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
      if (cut) {
        assertThat(texts(whole, section)).as(about).containsAll(texts(cached, section));
      } else {
        Message same = direct.getHeader().getFlag(Flags.TC) ? whole : direct;
        assertThat(texts(cached, section))
            .as(about)
            .containsExactlyInAnyOrderElementsOf(texts(same, section));
      }
    }
    assertThat(texts(whole, Section.ADDITIONAL))
        .as(about)
        .containsAll(texts(cached, Section.ADDITIONAL));
    long most =
        whole.getSection(Section.ANSWER).stream().mapToLong(Record::getTTL).max().orElse(300);
    for (Record record : cached.getSection(Section.ANSWER)) {
      // a second more, since both count whole ones, each from a time of its own
      assertThat(record.getTTL()).as(about).isBetween(0L, most + 1);
    }
  }

  /** Records without their TTLs, and names without their case. */
  private static List<String> texts(Message message, int section) {
    return message.getSection(section).stream()
        .filter(record -> record.getType() != Type.OPT)
        .map(record ->
            (record.getName() + " " + Type.string(record.getType()) + " " + record.rdataToString())
                .toLowerCase(Locale.ROOT))
        .toList();
  }
}
