package io.kindnet.netlink.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Hex;
import io.kindnet.netlink.testing.Resources;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;
import io.kindnet.netlink.wire.RawMessages;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Messages against bytes, which stand in the resources {@code hex/*.hex} with the {@code nft}
 * command that sends them.
 */
class NftablesBytesTest {
  static final List<MessageCase> ALL = MessageCase.ALL;
  static final List<MessageCase> WITH_CONTENT =
      ALL.stream().filter(message -> message.content() != null).toList();

  @ParameterizedTest
  @FieldSource("ALL")
  void sendsTheBytesThatNftSends(MessageCase message) {
    byte[] expected = bytes(message);

    assertThat(message.transaction().commands()).hasSize(1);
    assertThat(Hex.dump(message.transaction().commands().getFirst().toBytes()))
        .isEqualTo(Hex.dump(expected));
  }

  @ParameterizedTest
  @FieldSource("WITH_CONTENT")
  void readsBackWhatItMeans(MessageCase message) {
    assertThat(read(bytes(message))).isEqualTo(message.content());
  }

  /** Wherever it is cut, what is left is either read or refused for that reason. */
  @ParameterizedTest
  @FieldSource("WITH_CONTENT")
  void refusesWhatIsCutShort(MessageCase message) {
    assertThat(RawMessages.refusedBeginnings(bytes(message), NftablesBytesTest::read)).isPositive();
  }

  /** A length that lies, anywhere, leads nowhere outside the message. */
  @ParameterizedTest
  @FieldSource("WITH_CONTENT")
  void survivesAnyByteThatIsWrong(MessageCase message) {
    RawMessages.changeEachByte(bytes(message), NftablesBytesTest::read);
  }

  private static byte[] bytes(MessageCase message) {
    return Resources.hex(NftablesBytesTest.class, "hex/" + message.resource() + ".hex");
  }

  private static @Nullable Object read(byte[] bytes) {
    return read(RawMessages.parse(bytes));
  }

  private static @Nullable Object read(NetlinkMessage message) {
    return switch (NfTables.messageOf(message)) {
      case NfTables.NFT_MSG_NEWTABLE -> Table.parse(message);
      case NfTables.NFT_MSG_NEWCHAIN -> Chain.parse(message);
      case NfTables.NFT_MSG_NEWFLOWTABLE -> Flowtable.parse(message);
      case NfTables.NFT_MSG_NEWSET -> NamedSet.parse(message);
      case NfTables.NFT_MSG_NEWRULE -> Rule.parse(Nfnetlink.attributes(message));
      default -> {
        List<Element> elements = new ArrayList<>();
        Attribute list = Nfnetlink.attributes(message).get(NfTables.NFTA_SET_ELEM_LIST_ELEMENTS);
        for (Attribute element : list.nested()) {
          elements.add(Element.parse(element.nested()));
        }
        yield elements;
      }
    };
  }
}
