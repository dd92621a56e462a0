/** What all commands have in common, whichever class path they run with. */
@NullMarked
package io.leat.app.command;

import org.jspecify.annotations.NullMarked;
