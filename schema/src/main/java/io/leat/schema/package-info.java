/** JSON Schema validation and typed columns. */
@NullMarked
package io.leat.schema;

import org.jspecify.annotations.NullMarked;
