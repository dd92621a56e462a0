package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.outbound.TestingCertificate;
import io.leat.action.target.TargetOutcome.Blocked;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Retry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullUnmarked
class EmailTargetTest extends RemoteTargetContractTest {
  private static final String PASSWORD = "hunter2-password";

  @TempDir Path directory;
  private TestingMailServer server;
  private int port;

  @Override
  String kind() {
    return "email";
  }

  @Override
  void start() throws IOException {
    server = new TestingMailServer(port, PASSWORD, null, false);
    port = server.port();
    places.secrets.put("mail", PASSWORD);
  }

  @Override
  void stop() throws IOException {
    server.close();
  }

  @Override
  Map<String, String> options() {
    return Map.of(
        "host", "mail.example",
        "port", String.valueOf(port),
        "tls", "none",
        "user", "leat",
        "password", "${secret:mail}",
        "from", "leat@example.com",
        "to", "ann@example.com, bob@example.com",
        "allow-private", "true");
  }

  private static String header(String mail, String name) {
    String unfolded = mail.substring(0, mail.indexOf("\r\n\r\n")).replace("\r\n ", " ");
    return Arrays.stream(unfolded.split("\r\n"))
        .filter(line -> line.startsWith(name + ": "))
        .map(line -> line.substring(name.length() + 2))
        .collect(Collectors.joining());
  }

  private static String subject(String mail) {
    return Pattern.compile("=\\?UTF-8\\?B\\?([^?]+)\\?= ?")
        .matcher(header(mail, "Subject"))
        .replaceAll(
            word -> new String(Base64.getDecoder().decode(word.group(1)), StandardCharsets.UTF_8));
  }

  private static String body(String mail) {
    return new String(
        Base64.getMimeDecoder().decode(mail.substring(mail.indexOf("\r\n\r\n")).strip()),
        StandardCharsets.UTF_8);
  }

  @Override
  String shown() {
    return server.mails.stream()
        .map(mail -> subject(mail) + "\n" + body(mail))
        .collect(Collectors.joining("\n"));
  }

  @Override
  int things() {
    return (int) server.mails.stream().map(mail -> header(mail, "Message-ID")).distinct().count();
  }

  @Override
  int requests() {
    return server.count.get();
  }

  @Override
  String over() {
    return "resolved: ";
  }

  @Override
  void next(Fault fault) {
    server.next(fault);
  }

  @Override
  Optional<Duration> retryAfter() {
    return Optional.empty();
  }

  /** An address that it does not take is refused; only who may not log in is not let in. */
  @Override
  Class<? extends TargetOutcome> outcome(Fault fault) {
    return fault == Fault.DENIED ? Refused.class : super.outcome(fault);
  }

  @Override
  String remedy(Fault fault) {
    return fault == Fault.DENIED
        ? "it does not take mail for an address in 'to'"
        : "check 'user' and 'password'";
  }

  @Test
  void aMailHasItsPlaceInAThread() throws Exception {
    try (Target target = target(LONG)) {
      deliver(target, TestingIncidents.updated());
      deliver(target, TestingIncidents.resolved());
    }

    String first = server.mails.get(0);
    assertThat(header(first, "From")).isEqualTo("leat@example.com");
    assertThat(header(first, "To")).isEqualTo("ann@example.com, bob@example.com");
    assertThat(subject(first)).isEqualTo("critical: m7 & <others> are \"offline\" – für 5 min");
    assertThat(header(first, "Message-ID"))
        .isEqualTo("<leat-" + TestingIncidents.updated().id() + "@example.com>");
    assertThat(header(first, "References"))
        .isEqualTo("<leat-" + TestingIncidents.ID + "@example.com>")
        .isEqualTo(header(server.mails.get(1), "References"));
    assertThat(header(first, "Auto-Submitted")).isEqualTo("auto-generated");
    assertThat(header(first, "Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(body(first))
        .startsWith("updated by leat\r\n\r\nState: open\r\nSeverity: critical\r\n")
        .contains("für 5 min (since 2026-03-01T10:00:00Z)");
    assertThat(server.plain)
        .contains(
            "EHLO example.com",
            "MAIL FROM:<leat@example.com>",
            "RCPT TO:<ann@example.com>",
            "RCPT TO:<bob@example.com>");
  }

  @ParameterizedTest
  @CsvSource({"starttls", "implicit"})
  void nothingOfAMailIsSaidInTheOpen(String tls) throws Exception {
    SSLContext context = new TestingCertificate(directory, "mail.example").context();
    places.tls = context.getSocketFactory();
    server.close();
    port = 0;
    server = new TestingMailServer(0, PASSWORD, context, tls.equals("implicit"));
    Map<String, String> options = new HashMap<>(options());
    options.put("port", String.valueOf(server.port()));
    options.put("tls", tls);

    try (Target target = places.open(kind(), LONG, options)) {
      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Delivered.class);
    }
    options.put("host", "others.example");
    try (Target target = places.open(kind(), LONG, options)) {
      assertThat(deliver(target, TestingIncidents.resolved()))
          .isInstanceOfSatisfying(
              Retry.class,
              retry ->
                  assertThat(retry.reason())
                      .startsWith("no trusted connection to the mail server 'others.example': "));
    }

    assertThat(server.mails).hasSize(1);
    assertThat(server.encrypted).anyMatch(line -> line.startsWith("AUTH PLAIN "));
    assertThat(server.plain).allMatch(line -> line.matches("EHLO example.com|STARTTLS"));
  }

  @Test
  void whoIsNotThereDoesNotKeepTheMailFromTheOthers() throws Exception {
    server.unknown.add("ann@");
    try (Target target = target(LONG)) {
      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Delivered.class);
      assertThat(server.mails).hasSize(1);

      server.unknown.add("bob@");
      assertThat(deliver(target, TestingIncidents.updated()))
          .isEqualTo(
              new Refused(
                  "the mail server answered 550: it does not take mail for an address in 'to'"));
    }
    assertThat(server.mails).hasSize(1);
  }

  @Test
  void aServerThatDoesNotEncryptGetsNothing() throws Exception {
    Map<String, String> options = new HashMap<>(options());
    options.put("tls", "starttls");

    try (Target target = places.open(kind(), LONG, options)) {
      assertThat(deliver(target, TestingIncidents.opened()))
          .isEqualTo(
              new Refused(
                  "the mail server does not offer STARTTLS: try 'tls: implicit', or another"
                      + " port"));
    }
    assertThat(server.plain)
        .contains("EHLO example.com")
        .allMatch(line -> line.matches("EHLO example.com|QUIT"));
  }

  @ParameterizedTest
  @CsvSource({
    "from, leat, '''from'' holds what is no mail address: write leat@example.com'",
    "to, 'ann@example.com,', '''to'' holds what is no mail address: write leat@example.com'",
    "to, 'ann@example.com> x', '''to'' holds what is no mail address: write leat@example.com'",
    "port, 70000, '''port'' is not a port: write one from 1 to 65535'",
    "user, '', '''user'' and ''password'' go together: give both'"
  })
  void anOptionThatCannotBeUsedBlocksTheTarget(String option, String value, String reason)
      throws Exception {
    Map<String, String> options = new HashMap<>(options());
    if (value.isEmpty()) {
      options.remove(option);
    } else {
      options.put(option, value);
    }

    try (Target target = places.open(kind(), LONG, options)) {
      assertThat(deliver(target, TestingIncidents.opened())).isEqualTo(new Blocked(reason));
    }
  }
}
