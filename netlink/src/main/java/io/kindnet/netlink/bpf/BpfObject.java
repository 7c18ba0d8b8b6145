package io.kindnet.netlink.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An object file that a compiler has made for BPF: a program in each section with instructions, the
 * maps as {@link MapDefinition} in the section {@code maps}, and the license in {@code license}.
 * Programs call no functions of their own: the compiler puts those into them.
 */
public final class BpfObject {
  private static final String MAPS = "maps";
  private static final String LICENSE = "license";
  private static final int R_BPF_64_64 = 1; // of LLVM
  private static final int IMMEDIATE = 4;
  private static final int REGISTERS = 1;

  private final ElfFile elf;

  private BpfObject(ElfFile elf) {
    this.elf = elf;
  }

  /**
   * Reads an object file.
   *
   * @throws IllegalArgumentException if it is none, or not for BPF on this processor
   */
  public static BpfObject read(byte[] file) {
    return new BpfObject(ElfFile.read(file));
  }

  /** The license of the programs. */
  public String license() {
    return new String(elf.section(LICENSE).bytes(), StandardCharsets.US_ASCII).replace("\0", "");
  }

  /** The maps that the programs use. */
  public List<MapDefinition> maps() {
    ElfFile.Section section = elf.section(MAPS);
    ByteBuffer bytes = ByteBuffer.wrap(section.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    List<MapDefinition> maps = new ArrayList<>();
    for (ElfFile.Symbol symbol : elf.symbolsOf(section)) {
      maps.add(MapDefinition.read(symbol.name(), bytes, Math.toIntExact(symbol.value())));
    }
    return maps;
  }

  /**
   * Loads the program of one section.
   *
   * @param section the name of the section
   * @param maps by name all maps that the program uses
   * @throws io.kindnet.netlink.libc.KernelException with the end of what the verifier said
   */
  public BpfProgram load(String section, Map<String, BpfMap> maps) {
    ElfFile.Section code = elf.section(section);
    List<ElfFile.Symbol> functions = elf.symbolsOf(code);
    String name = functions.isEmpty() ? section : functions.getFirst().name();
    return BpfProgram.load(name, linked(code, maps), license());
  }

  private byte[] linked(ElfFile.Section code, Map<String, BpfMap> maps) {
    ByteBuffer bytes = ByteBuffer.wrap(code.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (ElfFile.Relocation relocation : elf.relocationsOf(code)) {
      BpfMap map = maps.get(relocation.symbol().name());
      if (relocation.type() != R_BPF_64_64 || map == null) {
        throw new IllegalArgumentException(
            "section " + code.name() + " refers to " + relocation.symbol().name());
      }
      int at = relocation.offset();
      int registers = bytes.get(at + REGISTERS) & 0x0f;
      bytes.put(at + REGISTERS, (byte) (registers | BpfConstants.BPF_PSEUDO_MAP_FD << 4));
      bytes.putInt(at + IMMEDIATE, map.fd());
    }
    return bytes.array();
  }
}
