/**
 * Files: each that arrives becomes JSON exactly once. {@link io.leat.files.FilePipeline} puts it
 * together: sources are watched ({@code arrival}) and what is seen goes into the {@code ledger};
 * workers ({@code work}) take it from there, fetch it, judge it, convert it with the engine of
 * module parquet-json, and publish the output with its manifest ({@code place}); what cannot be
 * converted goes to the {@code deadletter}s with an {@code alert}; people see and change it over
 * HTTP ({@code routes}).
 */
@NullMarked
package io.leat.files;

import org.jspecify.annotations.NullMarked;
