package io.leat.http;

import java.util.Locale;

/** What a credential may do. {@link #ADMIN} implies all others; nothing else implies anything. */
public enum Role {
  /** Send events. */
  SEND,
  /** Query, tail, trace, see the status. */
  READ,
  /** Change what runs: apply blueprints. */
  OPERATE,
  /** Manage clients, and everything above. */
  ADMIN;

  /** The role as it is written in JSON, on the command line and in claims: {@code send}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The role that {@link #text()} writes as {@code text}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Role of(String text) {
    for (Role role : values()) {
      if (role.text().equals(text)) {
        return role;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a role. Roles are send, read, operate and admin");
  }
}
