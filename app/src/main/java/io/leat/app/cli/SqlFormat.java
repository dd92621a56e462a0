package io.leat.app.cli;

/** How the rows of a query are written. */
enum SqlFormat {
  TABLE,
  CSV,
  JSON
}
