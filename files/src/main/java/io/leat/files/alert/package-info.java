/**
 * What people are told of files: an alert for each dead letter, and for each place that does not
 * answer, until it is over. Each is said at least once, with an id that stays the same.
 */
@NullMarked
package io.leat.files.alert;

import org.jspecify.annotations.NullMarked;
