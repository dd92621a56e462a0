package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Value;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a blueprint, for those who name them.
 *
 * @param declared the names of all
 * @param usable those without problems
 */
record KnownStreams(List<String> declared, Map<String, StreamSpec> usable) {

  /** The stream; null, with a problem unless it is the stream's own, when it cannot be used. */
  @Nullable StreamSpec find(Located located) {
    return located.text() == null ? null : find(located.text(), located.at());
  }

  /** As {@link #find(Located)}, of a name that stands at {@code at}. */
  @Nullable StreamSpec find(String name, Value at) {
    if (!declared.contains(name)) {
      at.problem("'" + name + "' is not a stream.", Suggestions.remedy(name, declared));
    }
    return usable.get(name);
  }

  /** The type of a stream's key. */
  static @Nullable ColumnType keyType(StreamSpec stream) {
    Column key = stream.schema().column(stream.key());
    return key == null ? null : key.type();
  }
}
