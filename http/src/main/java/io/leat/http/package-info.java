/** Server, authentication, limits, problem documents. */
@NullMarked
package io.leat.http;

import org.jspecify.annotations.NullMarked;
