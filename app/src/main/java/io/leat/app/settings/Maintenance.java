package io.leat.app.settings;

import java.time.Duration;

/**
 * The upkeep of the tables.
 *
 * @param enabled whether it runs by itself; it can be asked for in any case
 * @param interval how often each table is looked at
 * @param targetFileSize bytes of a merged file
 * @param smallFiles of a partition that may stay; with more of them they are merged
 * @param settle files committed within this time are left alone
 * @param keepSnapshots how long a snapshot stays after another has taken its place
 * @param orphansAfter age at which a file that nothing names is removed
 * @param coreShare percent of one core that it may use
 */
public record Maintenance(
    boolean enabled,
    Duration interval,
    long targetFileSize,
    int smallFiles,
    Duration settle,
    Duration keepSnapshots,
    Duration orphansAfter,
    int coreShare) {}
