/**
 * How alerts come in: {@link io.leat.action.intake.AlertIntake} reads the topic of a blueprint's
 * alerts, and {@link io.leat.action.intake.IntakeTransaction} takes a batch of a partition in, its
 * offset in the same transaction. {@link io.leat.action.intake.IntakeProgress} knows whether that
 * goes on, and {@link io.leat.action.intake.AlertsPutAside} what could not be taken in.
 */
@NullMarked
package io.leat.action.intake;

import org.jspecify.annotations.NullMarked;
