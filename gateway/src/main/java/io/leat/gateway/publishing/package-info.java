/**
 * Handing records to the log: one thread owns the Kafka producer, a {@code Handover} carries the
 * records of a request there and their outcomes back.
 */
@NullMarked
package io.leat.gateway.publishing;

import org.jspecify.annotations.NullMarked;
