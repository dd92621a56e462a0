package io.leat.app.incidents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.outbound.SecretText;
import io.leat.action.outbound.UnusableSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptSecretsTest {
  private final Path folder;
  private final KeptSecrets secrets;

  KeptSecretsTest(@TempDir Path folder) {
    this.folder = folder;
    this.secrets = new KeptSecrets(folder, Map.of("LEAT_SECRET_PAGER_KEY_2", "from outside"));
  }

  @Test
  void aChangedFileTakesEffectAtOnce() throws IOException {
    Files.writeString(folder.resolve("snow"), "leat:one\n");
    assertThat(SecretText.resolve("${secret:snow}", secrets)).isEqualTo("leat:one");

    Files.writeString(folder.resolve("snow"), "leat:two\n");

    assertThat(SecretText.resolve("${secret:snow}", secrets)).isEqualTo("leat:two");
  }

  @Test
  void aVariableIsStrongerThanAFile() throws IOException {
    Files.writeString(folder.resolve("pager.key-2"), "from a file");

    assertThat(secrets.secret("pager.key-2")).hasValue("from outside");
  }

  @Test
  void aSecretThatIsNotThereSaysWhereToPutIt() {
    assertThatThrownBy(() -> SecretText.resolve("${secret:mail.out}", secrets))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessage(
            "there is no secret 'mail.out': set LEAT_SECRET_MAIL_OUT, or write the file "
                + folder.resolve("mail.out"));
  }

  @Test
  void whatCannotBeReadIsNotTakenForMissing() throws IOException {
    Files.createDirectory(folder.resolve("snow"));

    assertThatThrownBy(() -> secrets.secret("snow"))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageStartingWith("the secret 'snow' cannot be read: ");
  }
}
