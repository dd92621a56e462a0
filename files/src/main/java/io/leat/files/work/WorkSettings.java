package io.leat.files.work;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much is done at once, on this machine.
 *
 * @param workers files at a time
 * @param threads of one conversion
 * @param memory bytes of all conversions together
 * @param spool where files of object stores are fetched to; emptied at each start
 * @param lease how long a worker may be silent before another takes its file
 * @param flush how often progress is written down
 * @param reserve bytes that have to stay free of a file system that output goes to; 0: as its size
 *     suggests
 */
public record WorkSettings(
    int workers,
    int threads,
    long memory,
    Path spool,
    Duration lease,
    Duration flush,
    long reserve) {}
