/** Text for people: styles, tables, progress, counts; plain text when nobody watches. */
@NullMarked
package io.leat.app.terminal;

import org.jspecify.annotations.NullMarked;
