package io.leat.parquet.bounds;

/** Why a file is not read on. It becomes a FileException at the engine's boundary. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose fault it is. */
  public enum Kind {
    /** The bytes are not what the format allows. */
    CORRUPT,
    /** The bytes may be good, but hold what is not read. */
    UNSUPPORTED,
    /** Not what was asked for. */
    CONTRACT,
    /** A limit was reached. */
    RESOURCE
  }

  private final Kind kind;
  private final String code;

  private Refusal(Kind kind, String code, String message) {
    super(message, null, false, false);
    this.kind = kind;
    this.code = code;
  }

  /** The bytes are not what the format allows. */
  public static Refusal corrupt(String code, String message) {
    return new Refusal(Kind.CORRUPT, code, message);
  }

  /** The bytes may be good, but hold what is not read. */
  public static Refusal unsupported(String code, String message) {
    return new Refusal(Kind.UNSUPPORTED, code, message);
  }

  /** Not what was asked for. */
  public static Refusal contract(String code, String message) {
    return new Refusal(Kind.CONTRACT, code, message);
  }

  /** A limit was reached. */
  public static Refusal resource(String code, String message) {
    return new Refusal(Kind.RESOURCE, code, message);
  }

  /** The same, with where it happened in front. */
  public Refusal at(String where) {
    return new Refusal(kind, code, where + ": " + getMessage());
  }

  /** Whose fault it is. */
  public Kind kind() {
    return kind;
  }

  /** Stable, for machines. */
  public String code() {
    return code;
  }
}
