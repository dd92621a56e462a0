package io.leat.files.work;

import io.leat.files.ledger.Category;
import io.leat.files.ledger.Failure;
import io.leat.parquet.Field;
import io.leat.parquet.LogicalType;
import io.leat.parquet.Schema;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileContract;
import io.leat.rules.file.FileContract.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Holds a file's schema against what its source declares. */
final class ContractCheck {
  private static final int MOST_TOLD = 10;

  private ContractCheck() {}

  /** Everything that is wrong, as one failure; null when nothing is. */
  static @Nullable Failure check(Schema schema, FileContract contract, ConvertSpec convert) {
    List<String> wrong = new ArrayList<>();
    for (FileContract.Column column : contract.columns()) {
      Optional<Field> field = schema.field(column.name());
      if (field.isEmpty()) {
        if (column.isRequired()) {
          wrong.add("'" + column.name() + "' is missing");
        }
      } else if (!fits(field.get(), column.kind())) {
        wrong.add(
            "'"
                + column.name()
                + "' is "
                + described(field.get())
                + ", not "
                + column.kind().text());
      }
    }
    if (!contract.allowsOthers()) {
      Set<String> declared =
          contract.columns().stream().map(FileContract.Column::name).collect(Collectors.toSet());
      schema.fields().stream()
          .map(Field::name)
          .filter(name -> !declared.contains(name))
          .forEach(name -> wrong.add("'" + name + "' is not declared"));
    }
    for (String name : convert.columns()) {
      if (schema.field(name).isEmpty()) {
        wrong.add("'" + name + "', which is to be converted, is missing");
      }
    }
    if (wrong.isEmpty()) {
      return null;
    }
    String more = wrong.size() > MOST_TOLD ? "; and " + (wrong.size() - MOST_TOLD) + " more" : "";
    return new Failure(
        Category.CONTRACT,
        "schema-mismatch",
        "The columns are not as declared: "
            + String.join("; ", wrong.subList(0, Math.min(MOST_TOLD, wrong.size())))
            + more);
  }

  private static boolean fits(Field field, Kind kind) {
    return kind == Kind.ANY || kinds(field).contains(kind);
  }

  /** What a field may be called. */
  private static Set<Kind> kinds(Field field) {
    LogicalType logical = field.logical();
    if (field.repetition() == Field.Repetition.REPEATED || logical instanceof LogicalType.ListOf) {
      return EnumSet.of(Kind.LIST);
    }
    Field.Physical physical = field.physical();
    if (physical == null) {
      return EnumSet.of(Kind.OBJECT);
    }
    if (logical instanceof LogicalType.Decimal decimal) {
      Set<Kind> kinds = EnumSet.of(Kind.DECIMAL, Kind.NUMBER, Kind.STRING);
      if (decimal.scale() == 0) {
        kinds.add(Kind.INTEGER);
      }
      return kinds;
    }
    if (logical instanceof LogicalType.Date) {
      return EnumSet.of(Kind.DATE, Kind.STRING);
    }
    if (logical instanceof LogicalType.Time) {
      return EnumSet.of(Kind.TIME, Kind.STRING);
    }
    if (logical instanceof LogicalType.Timestamp || physical == Field.Physical.INT96) {
      return EnumSet.of(Kind.TIMESTAMP, Kind.STRING);
    }
    if (logical instanceof LogicalType.Float16) {
      return EnumSet.of(Kind.NUMBER);
    }
    return switch (physical) {
      case BOOLEAN -> EnumSet.of(Kind.BOOLEAN);
      case INT32, INT64 -> EnumSet.of(Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL);
      case FLOAT, DOUBLE -> EnumSet.of(Kind.NUMBER);
      case BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY ->
          logical instanceof LogicalType.None || logical instanceof LogicalType.Bson
              ? EnumSet.of(Kind.BINARY, Kind.STRING)
              : EnumSet.of(Kind.STRING);
      case INT96 -> EnumSet.of(Kind.TIMESTAMP, Kind.STRING);
    };
  }

  private static String described(Field field) {
    return kinds(field).iterator().next().text();
  }
}
