package io.leat.parquet;

/**
 * A column that holds values.
 *
 * @param index among the leaves of the file
 * @param path dotted
 * @param type physical, as the format numbers it
 * @param maxDefinition level of a value that is there
 * @param maxRepetition level of the innermost repeated field on the way to it
 */
record Leaf(int index, String path, Field field, int type, int maxDefinition, int maxRepetition) {}
