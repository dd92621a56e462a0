package io.leat.app.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlueprintVersionTest {
  private static Map<String, byte[]> files(String... namesAndContents) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      files.put(namesAndContents[i], namesAndContents[i + 1].getBytes(UTF_8));
    }
    return files;
  }

  @Test
  void isTheSameOnEveryMachineInWhateverOrderTheFilesAreRead() {
    // sha256 of 00000001 'a' 00000001 'x' 00000001 'b' 00000002 'yy'
    assertThat(BlueprintVersion.of(files("a", "x", "b", "yy")))
        .isEqualTo("a3d0c55ec7d75d41")
        .isEqualTo(BlueprintVersion.of(files("b", "yy", "a", "x")));
  }

  @Test
  void isAnotherForEveryChangeOfAFile() {
    assertThat(
            Set.of(
                BlueprintVersion.of(files("a", "x", "b", "y")),
                BlueprintVersion.of(files("a", "x", "b", "z")),
                BlueprintVersion.of(files("a", "x", "c", "y")),
                BlueprintVersion.of(files("a", "x")),
                BlueprintVersion.of(files("a", "xb", "", "y")),
                BlueprintVersion.of(files("ax", "", "b", "y"))))
        .hasSize(6);
  }
}
