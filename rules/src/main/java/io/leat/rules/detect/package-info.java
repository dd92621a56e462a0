/**
 * Detectors, without an engine: what a blueprint declares is a {@link
 * io.leat.rules.detect.DetectorSpec}; what judges the events of each key by it, and the passing of
 * time, is a {@link io.leat.rules.detect.KeyedDetector}, made by {@link
 * io.leat.rules.detect.Detectors}, whose state is bytes that whoever calls it keeps. Behind the
 * silence detectors of all keys stands a {@link io.leat.rules.detect.StreamSilence}.
 */
@NullMarked
package io.leat.rules.detect;

import org.jspecify.annotations.NullMarked;
