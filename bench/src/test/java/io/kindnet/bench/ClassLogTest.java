package io.kindnet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassLogTest {
  @Test
  void tellsWhatWasNotInTheCache() {
    ClassLog log =
        ClassLog.of(
            """
            [0.005s][info][class,load] java.lang.Object source: shared objects file
            [0.020s][info][class,load] io.kindnet.cni.CniKindnet source: shared objects file (top)
            [0.021s][info][class,load] java.lang.Process source: jrt:/java.base
            [0.022s][info][class,load] java.lang.invoke.LambdaForm$MH/0x0e source: __JVM_LookupDefineClass__
            [0.022s][info][class,load]  class prologue: something else
            """);

    assertThat(log).isEqualTo(new ClassLog(4, 2));
  }

  @Test
  void isWrittenByTheSameJvm() {
    assertThat(ClassLog.writing(List.of("java", "-cp", "jar", "Main"), Path.of("/tmp/log")))
        .containsExactly("java", "-cp", "jar", "-Xlog:class+load:file=/tmp/log", "Main");
  }
}
