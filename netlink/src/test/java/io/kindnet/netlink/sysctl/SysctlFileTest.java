package io.kindnet.netlink.sysctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class SysctlFileTest {
  private final Namespace host;

  SysctlFileTest(Namespace host) {
    this.host = host;
  }

  @Test
  void readsAndWritesThatOfTheNamespace() throws Exception {
    host.run("sysctl", "-q", "-w", "net.ipv4.conf.lo.forwarding=1");
    assertThat(in(() -> SysctlFile.read("ipv4/conf/lo/forwarding"))).isEqualTo("1");
    in(() -> {
      SysctlFile.write("ipv4/conf/lo/forwarding", "0");
      return "";
    });
    assertThat(host.run("sysctl", "-n", "net.ipv4.conf.lo.forwarding").strip()).isEqualTo("0");
  }

  @Test
  void whatIsNotThereHasNoValue() throws Exception {
    assertThat(in(() -> SysctlFile.find("ipv4/conf/nobody/forwarding"))).isEmpty();
    assertThat(in(() -> SysctlFile.find("ipv4/conf/lo/forwarding"))).isPresent();
  }

  @Test
  void errorsNameTheFileAndTheReason() {
    assertThatThrownBy(() -> SysctlFile.read("ipv4/conf/nobody/forwarding"))
        .isInstanceOf(IOException.class)
        .hasMessage("/proc/sys/net/ipv4/conf/nobody/forwarding (No such file or directory)");
    assertThatThrownBy(() -> SysctlFile.write("ipv4/conf/nobody/forwarding", "1"))
        .isInstanceOf(IOException.class)
        .hasMessage("/proc/sys/net/ipv4/conf/nobody/forwarding (No such file or directory)");
    assertThatThrownBy(() ->
            in(() -> {
              SysctlFile.write("ipv6/conf/lo/addr_gen_mode", "9");
              return "";
            }))
        .hasRootCauseInstanceOf(IOException.class)
        .cause()
        .hasMessage("/proc/sys/net/ipv6/conf/lo/addr_gen_mode (Invalid argument)");
  }

  private <T> T in(Callable<T> work) throws Exception {
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString())) {
      return namespace.call(work);
    }
  }
}
