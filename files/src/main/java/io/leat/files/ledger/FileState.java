package io.leat.files.ledger;

import java.time.Instant;
import java.util.Locale;

/**
 * Where a file stands. The methods of each state are the ways out of it: what is not there is not
 * legal.
 */
public sealed interface FileState {
  /** When it began. */
  Instant since();

  /** Its name. */
  Name name();

  /** The states by name. */
  enum Name {
    DISCOVERED,
    VALIDATING,
    CONVERTING,
    PUBLISHING,
    LOADING,
    PUBLISHED,
    FAILED,
    DEAD_LETTERED,
    DUPLICATE,
    FORGOTTEN;

    /** As rows and routes have it: {@code dead_lettered}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Somebody works on it. What ends work at any point is the same. */
  sealed interface Working extends FileState {
    /** It is tried again later. */
    default Failed fail(Instant at) {
      return new Failed(at);
    }

    /** Nobody tries it again, unless somebody asks for it. */
    default DeadLettered giveUp(Instant at) {
      return new DeadLettered(at);
    }

    /** Whoever worked on it stops: the next one takes it. */
    default Discovered handBack(Instant at) {
      return new Discovered(at);
    }
  }

  /** It was seen, whole. */
  record Discovered(Instant since) implements FileState {
    @Override
    public Name name() {
      return Name.DISCOVERED;
    }

    public Validating claim(Instant at) {
      return new Validating(at);
    }

    public Forgotten forget(Instant at) {
      return new Forgotten(at);
    }
  }

  /** Its bytes are fetched and counted, its footer and schema looked at. */
  record Validating(Instant since) implements Working {
    @Override
    public Name name() {
      return Name.VALIDATING;
    }

    public Converting convert(Instant at) {
      return new Converting(at);
    }

    /** An earlier attempt died when its output was published already. */
    public Publishing adopt(Instant at) {
      return new Publishing(at);
    }

    /** Another file is the same. */
    public Duplicate sameAsAnother(Instant at) {
      return new Duplicate(at);
    }
  }

  /** Its rows become JSON, which nobody sees yet. */
  record Converting(Instant since) implements Working {
    @Override
    public Name name() {
      return Name.CONVERTING;
    }

    public Publishing publish(Instant at) {
      return new Publishing(at);
    }
  }

  /** Its output becomes visible. */
  record Publishing(Instant since) implements Working {
    @Override
    public Name name() {
      return Name.PUBLISHING;
    }

    /** The output is there; its rows go to a stream besides. */
    public Loading load(Instant at) {
      return new Loading(at);
    }

    public Published done(Instant at) {
      return new Published(at);
    }
  }

  /** Its output is there; the rows go to a stream. */
  record Loading(Instant since) implements Working {
    @Override
    public Name name() {
      return Name.LOADING;
    }

    public Published done(Instant at) {
      return new Published(at);
    }
  }

  /** Over, and well. */
  record Published(Instant since) implements FileState {
    @Override
    public Name name() {
      return Name.PUBLISHED;
    }

    public Forgotten forget(Instant at) {
      return new Forgotten(at);
    }
  }

  /** It is tried again when its pause is over. */
  record Failed(Instant since) implements FileState {
    @Override
    public Name name() {
      return Name.FAILED;
    }

    public Validating claim(Instant at) {
      return new Validating(at);
    }

    public Discovered retry(Instant at) {
      return new Discovered(at);
    }

    public Forgotten forget(Instant at) {
      return new Forgotten(at);
    }
  }

  /** It could not be converted. */
  record DeadLettered(Instant since) implements FileState {
    @Override
    public Name name() {
      return Name.DEAD_LETTERED;
    }

    public Discovered retry(Instant at) {
      return new Discovered(at);
    }

    public Forgotten forget(Instant at) {
      return new Forgotten(at);
    }
  }

  /** The same as another one, which is worked on or published. */
  record Duplicate(Instant since) implements FileState {
    @Override
    public Name name() {
      return Name.DUPLICATE;
    }

    /** The other one came to nothing. */
    public Discovered reopen(Instant at) {
      return new Discovered(at);
    }

    public Forgotten forget(Instant at) {
      return new Forgotten(at);
    }
  }

  /** Somebody wants nothing more of it; the same content may come again. */
  record Forgotten(Instant since) implements FileState {
    @Override
    public Name name() {
      return Name.FORGOTTEN;
    }
  }

  /** The state that was kept. */
  static FileState of(Name name, Instant since) {
    return switch (name) {
      case DISCOVERED -> new Discovered(since);
      case VALIDATING -> new Validating(since);
      case CONVERTING -> new Converting(since);
      case PUBLISHING -> new Publishing(since);
      case LOADING -> new Loading(since);
      case PUBLISHED -> new Published(since);
      case FAILED -> new Failed(since);
      case DEAD_LETTERED -> new DeadLettered(since);
      case DUPLICATE -> new Duplicate(since);
      case FORGOTTEN -> new Forgotten(since);
    };
  }
}
