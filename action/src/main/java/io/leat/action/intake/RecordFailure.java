package io.leat.action.intake;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a failure to take records in says: of a record, or only of PostgreSQL as it is now. */
final class RecordFailure {
  /**
   * Classes of SQLSTATE that tell how PostgreSQL is, whatever the record: no connection, a
   * transaction that cannot go on or met another one, who may do what, which tables there are, no
   * resources, an operator, the disk, a defect of its own.
   */
  private static final Set<String> OF_THE_SERVER =
      Set.of("08", "25", "28", "3D", "40", "42", "53", "55", "57", "58", "F0", "XX");

  private static final String OF_DATA = "22";

  private RecordFailure() {}

  /**
   * Why a record cannot be taken in, should the failure come again with it alone.
   *
   * @return null when the failure says nothing of any record, and all are to be tried again
   */
  static @Nullable String reason(RuntimeException e) {
    if (e instanceof OffsetLostException) {
      return null;
    }
    SQLException refused = refused(e);
    if (refused == null) {
      return "It cannot be taken in: " + e;
    }
    String state = refused.getSQLState();
    if (state == null || state.length() != 5 || OF_THE_SERVER.contains(state.substring(0, 2))) {
      return null;
    }
    return "PostgreSQL refuses its data, SQLSTATE " + state;
  }

  /** Whether it would come again for certain: a value is none that PostgreSQL can keep. */
  static boolean isOfData(RuntimeException e) {
    SQLException refused = refused(e);
    return refused != null
        && refused.getSQLState() != null
        && refused.getSQLState().startsWith(OF_DATA);
  }

  private static @Nullable SQLException refused(RuntimeException e) {
    Throwable cause = e;
    while (cause != null) {
      if (cause instanceof SQLException refused) {
        return refused;
      }
      cause = cause.getCause();
    }
    return null;
  }
}
