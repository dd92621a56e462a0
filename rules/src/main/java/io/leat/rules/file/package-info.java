/**
 * What a blueprint declares of files: a {@link io.leat.rules.file.FileSourceSpec} says where they
 * come from, what they must be, how they become JSON and where that goes.
 */
@NullMarked
package io.leat.rules.file;

import org.jspecify.annotations.NullMarked;
