/**
 * Files of a table in an object store, fetched to this machine's disk: a worker has no network.
 * {@link io.leat.query.cache.FileCache} keeps them within a bound, and a {@link
 * io.leat.query.cache.Lease} holds those of one query.
 */
@NullMarked
package io.leat.query.cache;

import org.jspecify.annotations.NullMarked;
