/**
 * The {@code detect} job of a blueprint: {@link io.leat.stream.detect.DetectJob} lays it out. An
 * event goes through the clock of its stream, which knows by the gateways' markers how late it is,
 * is parsed and judged as for the processed table, and reaches all detectors of its stream with its
 * entity's state; who is silent is known by {@link io.leat.stream.detect.Silences}. What they say
 * leaves at once, not with the next checkpoint.
 */
@NullMarked
package io.leat.stream.detect;

import org.jspecify.annotations.NullMarked;
