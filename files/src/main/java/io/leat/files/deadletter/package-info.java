/**
 * Where files go that cannot be converted: each with its reason beside it, so that whoever looks
 * there needs nothing else.
 */
@NullMarked
package io.leat.files.deadletter;

import org.jspecify.annotations.NullMarked;
