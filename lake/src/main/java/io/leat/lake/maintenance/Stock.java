package io.leat.lake.maintenance;

/**
 * What a table has, as counted at one snapshot.
 *
 * @param files data files
 * @param smallFiles those that are to be merged one day
 * @param mostInPartition small files of the partition with the most
 * @param bytes of the data files
 * @param snapshots that are kept
 * @param manifests of the newest snapshot
 */
public record Stock(
    long files, long smallFiles, long mostInPartition, long bytes, int snapshots, int manifests) {}
