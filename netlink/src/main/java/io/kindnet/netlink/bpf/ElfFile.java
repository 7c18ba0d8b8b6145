package io.kindnet.netlink.bpf;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A relocatable object file of 64 bits, little-endian, for BPF ({@code elf(5)}, {@code
 * linux/elf.h}).
 */
final class ElfFile {
  private static final int MAGIC = 0x464c457f; // 0x7f, "ELF"
  private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
  private static final int EM_BPF = 247;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_NOBITS = 8;
  private static final int SHT_REL = 9;
  private static final int SYMBOL_LENGTH = 24;
  private static final int RELOCATION_LENGTH = 16;
  private static final int STB_GLOBAL = 1;

  /**
   * A section, {@code Elf64_Shdr} with what it is about.
   *
   * @param link the section that belongs to it; of symbols, that with their names
   * @param info of relocations, the section that they change
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Section(int index, String name, int type, int link, int info, byte[] bytes) {}

  /**
   * A name for a place, {@code Elf64_Sym}.
   *
   * @param section where it is
   * @param value its offset there
   */
  record Symbol(String name, boolean isGlobal, int section, long value) {}

  /**
   * A place in a section that what a symbol stands for has to be written to, {@code Elf64_Rel}.
   *
   * @param offset in the section
   */
  record Relocation(int offset, int type, Symbol symbol) {}

  private final List<Section> sections;
  private final List<Symbol> symbols;

  private ElfFile(List<Section> sections, List<Symbol> symbols) {
    this.sections = sections;
    this.symbols = symbols;
  }

  static ElfFile read(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (bytes.getInt(0) != MAGIC
          || bytes.getShort(4) != CLASS_64_LITTLE_ENDIAN
          || bytes.getShort(18) != EM_BPF) {
        throw new IllegalArgumentException("no little-endian object file for BPF");
      }
      List<Section> sections = sections(bytes);
      return new ElfFile(sections, symbols(sections));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("an object file that ends too early", e);
    }
  }

  private static List<Section> sections(ByteBuffer file) {
    int table = Math.toIntExact(file.getLong(40));
    int length = file.getShort(58);
    int count = file.getShort(60);
    byte[] names = contents(file, table + file.getShort(62) * length);
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = table + i * length;
      sections.add(
          new Section(
              i,
              string(names, file.getInt(at)),
              file.getInt(at + 4),
              file.getInt(at + 40),
              file.getInt(at + 44),
              contents(file, at)));
    }
    return sections;
  }

  private static byte[] contents(ByteBuffer file, int header) {
    if (file.getInt(header + 4) == SHT_NOBITS) {
      return new byte[0];
    }
    byte[] contents = new byte[Math.toIntExact(file.getLong(header + 32))];
    file.get(Math.toIntExact(file.getLong(header + 24)), contents);
    return contents;
  }

  private static List<Symbol> symbols(List<Section> sections) {
    List<Symbol> symbols = new ArrayList<>();
    for (Section section : sections) {
      if (section.type == SHT_SYMTAB) {
        byte[] names = sections.get(section.link).bytes;
        ByteBuffer table = ByteBuffer.wrap(section.bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < table.limit(); at += SYMBOL_LENGTH) {
          symbols.add(
              new Symbol(
                  string(names, table.getInt(at)),
                  table.get(at + 4) >> 4 == STB_GLOBAL,
                  table.getShort(at + 6),
                  table.getLong(at + 8)));
        }
      }
    }
    return symbols;
  }

  private static String string(byte[] names, int from) {
    int end = from;
    while (names[end] != 0) {
      end++;
    }
    return new String(names, from, end - from, StandardCharsets.UTF_8);
  }

  /** The section {@code name}. */
  Section section(String name) {
    for (Section section : sections) {
      if (section.name.equals(name)) {
        return section;
      }
    }
    throw new IllegalArgumentException("an object file without a section " + name);
  }

  /** The global names in {@code section}. */
  List<Symbol> symbolsOf(Section section) {
    return symbols.stream().filter(s -> s.isGlobal && s.section == section.index).toList();
  }

  /** What has to be written into {@code section}. */
  List<Relocation> relocationsOf(Section section) {
    List<Relocation> relocations = new ArrayList<>();
    for (Section table : sections) {
      if (table.type == SHT_REL && table.info == section.index) {
        ByteBuffer bytes = ByteBuffer.wrap(table.bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < bytes.limit(); at += RELOCATION_LENGTH) {
          relocations.add(
              new Relocation(
                  Math.toIntExact(bytes.getLong(at)),
                  bytes.getInt(at + 8),
                  symbols.get(bytes.getInt(at + 12))));
        }
      }
    }
    return relocations;
  }
}
