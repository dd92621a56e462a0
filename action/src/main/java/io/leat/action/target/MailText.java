package io.leat.action.target;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A message of RFC 5322 with MIME, in ASCII, with lines that end in CR LF. */
final class MailText {
  /** Bytes of an encoded word's text: 45 become 60 characters, of 75 that it may have. */
  private static final int WORD_BYTES = 45;

  private MailText() {}

  /**
   * A message.
   *
   * @param id of the message, without angle brackets
   * @param thread id of the message that it belongs to; the same as {@code id} when it is the first
   */
  static String of(
      String from,
      List<String> to,
      String id,
      String thread,
      Instant date,
      String subject,
      String body) {
    List<String> lines = new ArrayList<>();
    lines.add("From: " + from);
    lines.add("To: " + String.join(",\r\n ", to));
    lines.add("Subject: " + encoded(subject));
    lines.add(
        "Date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC)));
    lines.add("Message-ID: <" + id + ">");
    lines.add("References: <" + thread + ">");
    lines.add("Auto-Submitted: auto-generated");
    lines.add("MIME-Version: 1.0");
    lines.add("Content-Type: text/plain; charset=utf-8");
    lines.add("Content-Transfer-Encoding: base64");
    lines.add("");
    lines.add(Base64.getMimeEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8)));
    return String.join("\r\n", lines);
  }

  /** Encoded words of RFC 2047, cut between characters. */
  private static String encoded(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int bytes = 0;
    for (int at = 0; at < text.length(); ) {
      String character = Character.toString(text.codePointAt(at));
      int more = character.getBytes(StandardCharsets.UTF_8).length;
      if (bytes + more > WORD_BYTES) {
        words.add(word(word));
        word.setLength(0);
        bytes = 0;
      }
      word.append(character);
      bytes += more;
      at += character.length();
    }
    words.add(word(word));
    return String.join("\r\n ", words);
  }

  private static String word(StringBuilder text) {
    return "=?UTF-8?B?"
        + Base64.getEncoder().encodeToString(text.toString().getBytes(StandardCharsets.UTF_8))
        + "?=";
  }
}
