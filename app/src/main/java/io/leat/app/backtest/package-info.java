/**
 * Runs a detector over raw history and tells which incidents it would have opened. Nothing is
 * written but temporary files.
 */
@NullMarked
package io.leat.app.backtest;

import org.jspecify.annotations.NullMarked;
