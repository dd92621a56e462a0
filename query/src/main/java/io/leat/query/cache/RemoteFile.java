package io.leat.query.cache;

import org.apache.iceberg.io.FileIO;

/**
 * A file that has to be fetched before it can be queried. Its content never changes.
 *
 * @param location its URI, by which it is known
 * @param bytes its size, as the table says
 * @param io reads it
 */
public record RemoteFile(String location, long bytes, FileIO io) {}
