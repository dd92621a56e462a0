/** PostgreSQL: migrations and control tables. */
@NullMarked
package io.leat.state;

import org.jspecify.annotations.NullMarked;
