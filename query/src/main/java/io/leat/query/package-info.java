/** SQL over planned Iceberg files. */
@NullMarked
package io.leat.query;

import org.jspecify.annotations.NullMarked;
