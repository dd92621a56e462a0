/** From YAML to records with located problems. */
@NullMarked
package io.leat.blueprint;

import org.jspecify.annotations.NullMarked;
