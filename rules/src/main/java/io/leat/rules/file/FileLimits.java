package io.leat.rules.file;

/**
 * What is refused before anything of a file is converted.
 *
 * @param bytes of the file
 * @param rows of the file
 * @param columns leaves of its schema
 * @param depth of nesting
 * @param expansion how many times its size a page may have when it is decompressed
 */
public record FileLimits(long bytes, long rows, int columns, int depth, int expansion) {}
