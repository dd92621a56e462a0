/**
 * The port to places where incidents are told: a {@link io.leat.action.target.Target} makes such a
 * place show an incident, within its {@link io.leat.action.target.HttpBudget}, and tells how that
 * ended in a {@link io.leat.action.target.TargetOutcome}.
 */
@NullMarked
package io.leat.action.target;

import org.jspecify.annotations.NullMarked;
