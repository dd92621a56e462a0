package io.leat.files.arrival;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads a glob as the JDK's file systems do, to match text: a file's name may be none that a path
 * of this machine can have, in the character set of its locale.
 */
final class Glob {
  private static final String REGEX_META = ".^$+{[]|()";
  private static final String GLOB_META = "\\*?[{";
  private static final char END = 0;

  private final String glob;
  private final StringBuilder regex = new StringBuilder();
  private int next;
  private boolean isInGroup;

  private Glob(String glob) {
    this.glob = glob;
  }

  /**
   * The pattern of names that match.
   *
   * @throws PatternSyntaxException if it is no glob
   */
  static Pattern pattern(String glob) {
    Glob read = new Glob(glob);
    while (read.next < glob.length()) {
      read.one(glob.charAt(read.next++));
    }
    if (read.isInGroup) {
      throw read.wrong("Missing '}'");
    }
    return Pattern.compile(read.regex.toString(), Pattern.DOTALL);
  }

  private PatternSyntaxException wrong(String what) {
    return new PatternSyntaxException(what, glob, next - 1);
  }

  private char peek() {
    return next < glob.length() ? glob.charAt(next) : END;
  }

  private void one(char c) {
    switch (c) {
      case '\\' -> escaped();
      case '[' -> bracket();
      case '{' -> {
        if (isInGroup) {
          throw wrong("Cannot nest groups");
        }
        regex.append("(?:(?:");
        isInGroup = true;
      }
      case '}' -> {
        regex.append(isInGroup ? "))" : "}");
        isInGroup = false;
      }
      case ',' -> regex.append(isInGroup ? ")|(?:" : ",");
      case '?' -> regex.append("[^/]");
      case '*' -> {
        if (peek() == '*') {
          next++;
          regex.append(".*");
        } else {
          regex.append("[^/]*");
        }
      }
      default -> literal(c);
    }
  }

  private void literal(char c) {
    if (REGEX_META.indexOf(c) >= 0 || GLOB_META.indexOf(c) >= 0) {
      regex.append('\\');
    }
    regex.append(c);
  }

  private void escaped() {
    if (next == glob.length()) {
      throw wrong("No character to escape");
    }
    literal(glob.charAt(next++));
  }

  /** One of several characters, none of which is a slash. */
  private void bracket() {
    regex.append("[[^/]&&[");
    if (peek() == '^') {
      regex.append("\\^"); // it is one of them
      next++;
    } else {
      if (peek() == '!') {
        regex.append('^');
        next++;
      }
      if (peek() == '-') {
        regex.append('-');
        next++;
      }
    }
    characters();
    regex.append("]]");
  }

  private void characters() {
    boolean mayBeRange = false;
    char last = 0;
    while (next < glob.length()) {
      char c = glob.charAt(next++);
      if (c == ']') {
        return;
      }
      if (c == '/') {
        throw wrong("A '/' in a class");
      }
      if (c == '\\' || c == '[' || (c == '&' && peek() == '&')) {
        regex.append('\\');
      }
      regex.append(c);
      if (c != '-') {
        mayBeRange = true;
        last = c;
        continue;
      }
      if (!mayBeRange || (peek() != END && peek() != ']' && peek() < last)) {
        throw wrong("Invalid range");
      }
      if (peek() != END && peek() != ']') {
        regex.append(glob.charAt(next++));
        mayBeRange = false;
      }
    }
    throw wrong("Missing ']'");
  }
}
