package io.kindnet.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bpf")
class BpfProgramTest {
  private static final byte[] PACKET = new byte[60];

  @Test
  void runsWhatItLoads() {
    try (BpfProgram program = BpfProgram.load("two", TinyPrograms.returning(2), "Apache-2.0")) {
      BpfProgram.Run run = program.run(PACKET);
      assertThat(run.result()).isEqualTo(2);
      assertThat(run.packet()).isEqualTo(PACKET);
      assertThat(program.mapIds()).isEmpty();
    }
  }

  @Test
  void isFoundByItsNumberUntilNobodyHasIt() {
    int id;
    try (BpfProgram program = BpfProgram.load("one", TinyPrograms.returning(1), "GPL")) {
      id = program.id();
      try (BpfProgram same = BpfProgram.byId(id)) {
        assertThat(same.id()).isEqualTo(id);
        assertThat(same.run(PACKET).result()).isEqualTo(1);
      }
    }
    assertThatThrownBy(() -> BpfProgram.byId(id))
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
  }

  @Test
  void saysWhatTheVerifierSays() {
    assertThatThrownBy(() -> BpfProgram.load("bad", TinyPrograms.withoutResult(), "GPL"))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("load BPF program bad")
        .hasMessageContaining("R0 !read_ok");
  }
}
