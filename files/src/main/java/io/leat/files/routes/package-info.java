/** Files over HTTP: the ledger, uploads, and messages that tell of objects. */
@NullMarked
package io.leat.files.routes;

import org.jspecify.annotations.NullMarked;
