/** Feeds a blueprint its sample and compares what arrived with what was sent. */
@NullMarked
package io.leat.app.demo;

import org.jspecify.annotations.NullMarked;
