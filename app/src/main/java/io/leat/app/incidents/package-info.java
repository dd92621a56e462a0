/**
 * Incidents in a running Leat: {@link io.leat.app.incidents.IncidentService} takes in what the
 * detectors of each blueprint say, has time pass, and runs a worker for each target. It follows the
 * blueprints as they are applied.
 */
@NullMarked
package io.leat.app.incidents;

import org.jspecify.annotations.NullMarked;
