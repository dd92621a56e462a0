package io.leat.parquet.format;

/**
 * A node of the schema, as the footer has it: depth first.
 *
 * @param type physical, or -1 for a group
 * @param length of fixed-length values, in bytes
 * @param repetition 0 required, 1 optional, 2 repeated
 * @param converted the older way to say what values mean, or -1
 * @param id -1 if none
 * @param hasId whether there is an id
 * @param logical the field's number in the union of logical types, or 0
 * @param first the logical type's first argument: scale, unit (1 ms, 2 us, 3 ns), bits
 * @param second the logical type's second argument: precision, adjusted to UTC, signed, how points
 *     on a sphere are joined (-1 if that is not said)
 * @param crs the logical type's coordinate reference system; empty if none
 */
public record SchemaElement(
    String name,
    int type,
    int length,
    int repetition,
    int children,
    int converted,
    int scale,
    int precision,
    int id,
    boolean hasId,
    int logical,
    int first,
    int second,
    String crs) {}
