package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.kindnetd.GoArguments.BadArgumentException;
import io.kindnet.kindnetd.GoArguments.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoArgumentsTest {
  private static final Map<String, Kind> FLAGS =
      Map.of("name", Kind.VALUE, "v", Kind.VALUE, "enable", Kind.BOOLEAN, "help", Kind.COMMAND);

  private static List<String> normalize(String... arguments) throws BadArgumentException {
    return GoArguments.normalize(List.of(arguments), FLAGS);
  }

  @Test
  void takesOneDashOrTwo() throws BadArgumentException {
    assertThat(normalize("-name=a", "--name=b", "-v=4", "--v=4", "-help", "--help"))
        .containsExactly("--name=a", "--name=b", "-v=4", "-v=4", "--help", "--help");
  }

  @Test
  void takesAValueBehindAnEqualsSignOrAsTheNextArgument() throws BadArgumentException {
    assertThat(normalize("--name=", "--name=a=b", "--name", "-x", "-v", "4"))
        .containsExactly("--name=", "--name=a=b", "--name=-x", "-v=4");
  }

  @Test
  void takesABooleanWithoutValueAsTrue() throws BadArgumentException {
    assertThat(normalize("--enable", "-enable")).containsExactly("--enable=true", "--enable=true");
  }

  @ParameterizedTest
  @CsvSource({
    "1,true", "t,true", "T,true", "true,true", "TRUE,true", "True,true",
    "0,false", "f,false", "F,false", "false,false", "FALSE,false", "False,false"
  })
  void takesEverySpellingOfABoolean(String spelling, String value) throws BadArgumentException {
    assertThat(normalize("--enable=" + spelling)).containsExactly("--enable=" + value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--unknown       | flag provided but not defined: -unknown",
        "-unknown=1      | flag provided but not defined: -unknown",
        "--Name=a        | flag provided but not defined: -Name",
        "--nam=a         | flag provided but not defined: -nam",
        "---name=a       | bad flag syntax: ---name=a",
        "--=a            | bad flag syntax: --=a",
        "--name          | flag needs an argument: -name",
        "--enable=yes    | invalid boolean value \"yes\" for flag -enable: not true or false",
        "--enable=       | invalid boolean value \"\" for flag -enable: not true or false"
      })
  void namesWhatItDoesNotKnow(String argument, String message) {
    assertThatThrownBy(() -> normalize(argument))
        .isInstanceOf(BadArgumentException.class)
        .hasMessage(message);
  }

  /** In Go the arguments behind such a one are lost in silence. */
  @ParameterizedTest
  @ValueSource(strings = {"true", "-", "--", ""})
  void refusesWhatIsNoFlag(String argument) {
    assertThatThrownBy(() -> normalize("--enable", argument, "--name=a"))
        .isInstanceOf(BadArgumentException.class)
        .hasMessageStartingWith("unexpected argument \"" + argument + "\"");
  }
}
