package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes what reads a variant of its columns. */
final class VariantColumns {
  /** A variant's values know their types themselves: the policies are for columns that do not. */
  private static final JsonOptions OPTIONS = JsonOptions.DEFAULT.withDecimals(Decimals.NUMBER);

  private final List<Leaf> leaves;
  private final List<NodeBuilder.LeafText> texts;

  /**
   * @param leaves below the top-level column
   * @param texts of those that were met so far; more are added
   */
  VariantColumns(List<Leaf> leaves, List<NodeBuilder.LeafText> texts) {
    this.leaves = leaves;
    this.texts = texts;
  }

  Node build(Field variant, Prefix prefix, int level, int repetition) {
    int first = texts.size();
    int metadata = VariantValue.NONE;
    if (variant.children().stream().noneMatch(VariantColumns::isValue)) {
      throw bad(variant, "has no value");
    }
    Found found = new Found();
    for (Field child : variant.children()) {
      if (child.name().equals("metadata")) {
        metadata = bytes(child);
        if (child.repetition() != Field.Repetition.REQUIRED) {
          throw bad(variant, "may have no metadata");
        }
      } else {
        find(variant, child, level, repetition, found);
      }
    }
    if (metadata == VariantValue.NONE) {
      throw bad(variant, "has no metadata");
    }
    return new VariantNode(first, texts.size(), prefix, level, metadata, found.value());
  }

  /** What was found of a value. */
  private static final class Found {
    private int value = VariantValue.NONE;
    private int valueLevel;
    private VariantValue.@Nullable Typed typed;

    VariantValue value() {
      return new VariantValue(value, valueLevel, typed);
    }
  }

  private static boolean isValue(Field field) {
    return field.name().equals("value") || field.name().equals("typed_value");
  }

  private static RuntimeException bad(Field field, String what) {
    return Refusal.corrupt("bad-schema", "a variant " + what).at(field.name());
  }

  private int bytes(Field field) {
    if (field.physical() != Field.Physical.BYTE_ARRAY
        || field.repetition() == Field.Repetition.REPEATED) {
      throw bad(field, "has a column that is not of bytes");
    }
    texts.add(new NodeBuilder.LeafText(new BytesTexts.Raw(), Prefix.NONE));
    return texts.size() - 1;
  }

  private void find(Field parent, Field child, int level, int repetition, Found found) {
    int there = level + (child.repetition() == Field.Repetition.OPTIONAL ? 1 : 0);
    if (child.name().equals("value") && found.value == VariantValue.NONE) {
      found.value = bytes(child);
      found.valueLevel = there;
    } else if (child.name().equals("typed_value")
        && child.repetition() != Field.Repetition.REPEATED
        && found.typed == null) {
      found.typed = typed(child, there, repetition);
    } else {
      throw bad(parent, "has a column '" + child.name() + "' that belongs to none");
    }
  }

  /** A group of {@code value} and {@code typed_value}. */
  private VariantValue value(Field group, int level, int repetition) {
    Found found = new Found();
    for (Field child : group.children()) {
      find(group, child, level, repetition, found);
    }
    return found.value();
  }

  private VariantValue.Typed typed(Field field, int level, int repetition) {
    if (!field.isGroup()) {
      Leaf leaf = leaves.get(texts.size());
      if (!isOfVariants(field)) {
        throw bad(field, "has a column of a type that no variant has");
      }
      texts.add(new NodeBuilder.LeafText(ValueTexts.of(leaf, OPTIONS), Prefix.NONE));
      return new VariantValue.Scalar(texts.size() - 1, level);
    }
    if (field.logical() instanceof LogicalType.ListOf) {
      return elements(field, level, repetition);
    }
    if (!(field.logical() instanceof LogicalType.None)) {
      throw bad(field, "has a column of a type that no variant has");
    }
    return members(field, level, repetition);
  }

  private VariantValue.Typed elements(Field list, int level, int repetition) {
    int first = texts.size();
    Field repeated = list.children().get(0);
    if (list.children().size() != 1
        || repeated.repetition() != Field.Repetition.REPEATED
        || !repeated.isGroup()) {
      throw bad(list, "has a list that is none");
    }
    Field element = NodeBuilder.isElement(list, repeated) ? repeated : repeated.children().get(0);
    // One that may be null, which the format does not have, is the same as one without a value.
    if (!element.isGroup() || element.repetition() == Field.Repetition.OPTIONAL) {
      throw bad(list, "has a list without values");
    }
    VariantValue value = value(element, level + 1, repetition + 1);
    return new VariantValue.Elements(first, texts.size(), level, level + 1, repetition + 1, value);
  }

  private VariantValue.Typed members(Field object, int level, int repetition) {
    int first = texts.size();
    List<VariantValue.Member> members = new ArrayList<>();
    for (Field child : object.children()) {
      if (!child.isGroup() || child.repetition() == Field.Repetition.REPEATED) {
        throw bad(object, "has a member '" + child.name() + "' without a value");
      }
      int there = level + (child.repetition() == Field.Repetition.OPTIONAL ? 1 : 0);
      int begins = texts.size();
      VariantValue value = value(child, there, repetition);
      members.add(
          new VariantValue.Member(
              child.name(), Prefix.member(child.name()), begins, texts.size(), there, value));
    }
    members.sort(Comparator.comparing(VariantValue.Member::name));
    return new VariantValue.Members(first, texts.size(), level, members);
  }

  /**
   * https://github.com/apache/parquet-format/blob/master/VariantShredding.md#shredded-value-types
   */
  private static boolean isOfVariants(Field field) {
    LogicalType logical = field.logical();
    boolean isPlain = logical instanceof LogicalType.None;
    if (logical instanceof LogicalType.Unknown) {
      return true; // nulls only
    }
    boolean isDecimal = logical instanceof LogicalType.Decimal;
    Field.Physical physical = field.physical();
    if (physical == null) {
      return false;
    }
    return switch (physical) {
      case BOOLEAN, FLOAT, DOUBLE -> isPlain;
      case INT32 ->
          isPlain || isDecimal || logical instanceof LogicalType.Date || isSigned(logical);
      case INT64 ->
          isPlain
              || isDecimal
              || isSigned(logical)
              || (logical instanceof LogicalType.Time time
                  && time.unit() == LogicalType.Unit.MICROS
                  && !time.utc())
              || (logical instanceof LogicalType.Timestamp timestamp
                  && timestamp.unit() != LogicalType.Unit.MILLIS);
      case INT96 -> false;
      case BYTE_ARRAY -> isPlain || isDecimal || logical instanceof LogicalType.Text;
      case FIXED_LEN_BYTE_ARRAY -> isDecimal || logical instanceof LogicalType.Uuid;
    };
  }

  private static boolean isSigned(LogicalType logical) {
    return logical instanceof LogicalType.Int integer && integer.signed();
  }
}
