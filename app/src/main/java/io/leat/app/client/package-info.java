/** Talks to a running Leat over HTTP, as any other client would. */
@NullMarked
package io.leat.app.client;

import org.jspecify.annotations.NullMarked;
