/**
 * What detectors say: an {@link io.leat.rules.alert.Alert} for each episode that begins or ends,
 * and after a restore a {@link io.leat.rules.alert.FiringSet}. Both travel as CloudEvents on the
 * topic {@code <blueprint>.alerts}, written by the processor and read by whoever keeps incidents.
 */
@NullMarked
package io.leat.rules.alert;

import org.jspecify.annotations.NullMarked;
