/** Incidents, silences, deliveries and targets over HTTP. */
@NullMarked
package io.leat.action.routes;

import org.jspecify.annotations.NullMarked;
