/** JDBC in fewer words. */
@NullMarked
package io.leat.action.sql;

import org.jspecify.annotations.NullMarked;
