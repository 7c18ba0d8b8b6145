package io.kindnet.kindnetd.networkpolicy.kernel;

import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.expr.Bitwise;
import io.kindnet.netlink.nftables.expr.Cmp;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Dynset;
import io.kindnet.netlink.nftables.expr.Expression;
import io.kindnet.netlink.nftables.expr.Fib;
import io.kindnet.netlink.nftables.expr.Immediate;
import io.kindnet.netlink.nftables.expr.Limit;
import io.kindnet.netlink.nftables.expr.Log;
import io.kindnet.netlink.nftables.expr.Lookup;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the rules of a table as they are in the kernel, for packets that nobody sends. Chains
 * are read when a packet comes to them, and elements are looked up by the kernel, so that the size
 * of the table does not matter. For one question: what has been read is not read again.
 */
public final class TableInterpreter {
  /** As many as the kernel allows ({@code NFT_JUMP_STACK_SIZE}), and one for the base chain. */
  private static final int DEEPEST = 17;

  private final NftablesListing listing;
  private final Table table;
  private final Map<String, List<ListedRule>> chains = new HashMap<>();
  private final Map<String, NamedSet> sets = new HashMap<>();

  /**
   * @param listing of the network namespace whose table it is
   */
  public TableInterpreter(NftablesListing listing, Table table) {
    this.listing = listing;
    this.table = table;
  }

  /** Whether the table exists. */
  public boolean exists() {
    return listing.exists(table);
  }

  /**
   * What happens to {@code packet} at a base chain whose policy is to accept.
   *
   * @throws UnknownRuleException if it comes to a rule that is not understood
   */
  public TableVerdict run(Chain base, VirtualPacket packet) throws UnknownRuleException {
    TableVerdict verdict = new Run(packet).chain(base.name(), 0);
    return verdict == null
        ? new TableVerdict(/* accepted= */ true, Optional.empty(), Optional.empty())
        : verdict;
  }

  private List<ListedRule> rules(String chain) {
    return chains.computeIfAbsent(chain, name -> listing.rules(Chain.regular(table, name)));
  }

  private @Nullable NamedSet set(String name) {
    return sets.computeIfAbsent(name, wanted -> listing.set(table, wanted));
  }

  /** What one packet meets. */
  private final class Run {
    private final PacketFacts facts;
    private Registers registers = new Registers();

    Run(VirtualPacket packet) {
      this.facts = new PacketFacts(packet);
    }

    /** The verdict of a chain; null where it returns, or ends without one. */
    private @Nullable TableVerdict chain(String name, int depth) throws UnknownRuleException {
      if (depth == DEEPEST) {
        throw new UnknownRuleException("chains that lead in a circle, " + name + " is one of them");
      }
      for (ListedRule listed : rules(name)) {
        registers = new Registers();
        Verdict verdict = rule(name, listed.rule());
        if (verdict == null) {
          continue;
        }
        Optional<String> comment = Optional.ofNullable(listed.rule().comment());
        if (verdict.equals(Verdict.accept()) || verdict.equals(Verdict.drop())) {
          return new TableVerdict(verdict.equals(Verdict.accept()), Optional.of(name), comment);
        }
        if (verdict.equals(Verdict.returnToCaller())) {
          return null;
        }
        String next = verdict.chain();
        if (next == null) {
          throw new UnknownRuleException("chain " + name + ": " + verdict);
        }
        TableVerdict decided = chain(next, depth + 1);
        if (decided != null || verdict.equals(Verdict.gotoChain(next))) {
          return decided;
        }
      }
      return null;
    }

    /** The verdict of a rule; null where a condition does not hold, or it has none. */
    private @Nullable Verdict rule(String chain, Rule rule) throws UnknownRuleException {
      for (Expression expression : rule.expressions()) {
        switch (expression) {
          case Verdict verdict -> {
            return verdict;
          }
          case Lookup lookup when Register.NFT_REG_VERDICT.equals(lookup.destination()) -> {
            Element element = element(chain, lookup);
            return element == null ? null : element.verdict();
          }
          default -> {
            if (!step(chain, expression)) {
              return null;
            }
          }
        }
      }
      return null;
    }

    /** Whether the rule goes on. */
    private boolean step(String chain, Expression expression) throws UnknownRuleException {
      return switch (expression) {
        case Counter counter -> true;
        case Log log -> true;
        case Dynset dynset -> true;
        case Limit limit -> true;
        case Immediate immediate -> store(immediate.destination(), immediate.value().bytes());
        case Payload payload -> store(payload.destination(), facts.bytes(payload));
        case Meta meta when meta.destination() != null ->
            store(meta.destination(), known(chain, meta, facts.meta(meta.key())));
        case Ct ct when ct.destination() != null ->
            store(ct.destination(), known(chain, ct, facts.connection(ct.key())));
        case Fib fib -> store(fib.destination(), known(chain, fib, facts.route(fib)));
        case Bitwise bitwise -> store(bitwise.destination(), masked(bitwise));
        case Cmp cmp -> holds(chain, cmp);
        case Lookup lookup -> lookUp(chain, lookup);
        default -> throw unknown(chain, expression);
      };
    }

    private boolean store(Register register, byte[] value) {
      registers.store(register, value);
      return true;
    }

    private byte[] masked(Bitwise bitwise) {
      byte[] value = registers.load(bitwise.source(), bitwise.mask().length());
      byte[] mask = bitwise.mask().bytes();
      byte[] xor = bitwise.xor().bytes();
      for (int i = 0; i < value.length; i++) {
        value[i] = (byte) ((value[i] & mask[i]) ^ xor[i]);
      }
      return value;
    }

    private boolean holds(String chain, Cmp cmp) throws UnknownRuleException {
      byte[] wanted = cmp.value().bytes();
      int difference = Arrays.compareUnsigned(registers.load(cmp.source(), wanted.length), wanted);
      return switch (cmp.operation()) {
        case Cmp.NFT_CMP_EQ -> difference == 0;
        case Cmp.NFT_CMP_NEQ -> difference != 0;
        case Cmp.NFT_CMP_LTE -> difference <= 0;
        case Cmp.NFT_CMP_GTE -> difference >= 0;
        default -> throw unknown(chain, cmp);
      };
    }

    private boolean lookUp(String chain, Lookup lookup) throws UnknownRuleException {
      Element element = element(chain, lookup);
      if (lookup.destination() != null && element != null) {
        Value data = element.data();
        if (data == null) {
          throw unknown(chain, lookup);
        }
        registers.store(lookup.destination(), data.bytes());
      }
      return (element == null) == lookup.inverted();
    }

    private @Nullable Element element(String chain, Lookup lookup) throws UnknownRuleException {
      NamedSet set = set(lookup.set());
      if (set == null) {
        throw unknown(chain, lookup);
      }
      int length = keyLength(set);
      return listing.element(set, Element.of(registers.value(lookup.source(), length)));
    }

    private static byte[] known(String chain, Expression expression, byte @Nullable [] value)
        throws UnknownRuleException {
      if (value == null) {
        throw unknown(chain, expression);
      }
      return value;
    }

    private static UnknownRuleException unknown(String chain, Expression expression) {
      return new UnknownRuleException("a rule of chain " + chain + " has " + expression);
    }
  }

  /** Fields of a key are filled up to registers where there are several. */
  private static int keyLength(NamedSet set) {
    List<FieldType> fields = set.key().fields();
    if (fields.size() == 1) {
      return fields.getFirst().length();
    }
    int length = 0;
    for (FieldType field : fields) {
      length += (field.length() + 3) & ~3;
    }
    return length;
  }
}
