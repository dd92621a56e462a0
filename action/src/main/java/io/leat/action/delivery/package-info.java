/**
 * Deliveries. What incidents write into the {@link io.leat.action.delivery.DeliveryOutbox} becomes
 * one row for each incident and target, with the version that the target is to know and the one
 * that it knows. A {@link io.leat.action.delivery.DeliveryWorker} for each target makes them the
 * same, within the target's limits; several processes may do so at once. What waits for a target
 * that is removed is given up by {@link io.leat.action.delivery.DeclaredTargets}.
 */
@NullMarked
package io.leat.action.delivery;

import org.jspecify.annotations.NullMarked;
