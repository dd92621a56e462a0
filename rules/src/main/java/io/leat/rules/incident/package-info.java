/** What a blueprint declares of incidents: how alerts become one, whom it is told, and how. */
@NullMarked
package io.leat.rules.incident;

import org.jspecify.annotations.NullMarked;
