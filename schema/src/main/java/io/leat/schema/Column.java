package io.leat.schema;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A declared property of a stream's events, as a typed column.
 *
 * @param name the property's name, which is the column's
 * @param type its type
 * @param required whether the schema requires it; columns are optional all the same, so that
 *     schemas can evolve
 * @param doc the schema's {@code description}
 * @param pii the schema's {@code x-pii}: the class of personal data, such as {@code email}
 * @param unit the schema's {@code x-unit}, such as {@code Cel}
 */
public record Column(
    String name,
    ColumnType type,
    boolean required,
    @Nullable String doc,
    @Nullable String pii,
    @Nullable String unit)
    implements Serializable {}
