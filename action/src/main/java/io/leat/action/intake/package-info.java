/**
 * How alerts come in: {@link io.leat.action.intake.AlertIntake} reads the topic of a blueprint's
 * alerts, and {@link io.leat.action.intake.IntakeTransaction} takes a batch of a partition in, its
 * offset in the same transaction.
 */
@NullMarked
package io.leat.action.intake;

import org.jspecify.annotations.NullMarked;
