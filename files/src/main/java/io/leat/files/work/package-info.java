/**
 * The work on a file. {@link io.leat.files.work.FileWorkers} claim what is due; {@link
 * io.leat.files.work.FileAttempt} is the way of one attempt: fetch, judge, convert, publish, and
 * load into a stream where that is wanted. What it was told to the ledger holds only as long as its
 * lease does.
 */
@NullMarked
package io.leat.files.work;

import org.jspecify.annotations.NullMarked;
