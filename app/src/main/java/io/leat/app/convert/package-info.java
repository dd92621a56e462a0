/**
 * {@code leat convert}: the Parquet engine alone. It sees the terminal, picocli and the engine, and
 * nothing else of Leat, so that it starts with a small class path ({@link
 * io.leat.app.convert.Convert}).
 *
 * <p>What is asked for ({@code ConvertCommand}) is read, inputs are found ({@code Inputs}), each is
 * given its place ({@code Destinations}) and converted there ({@code Converting}): written under
 * another name and renamed at the end ({@code FileSink}, {@code UnfinishedFiles}).
 */
@NullMarked
package io.leat.app.convert;

import org.jspecify.annotations.NullMarked;
