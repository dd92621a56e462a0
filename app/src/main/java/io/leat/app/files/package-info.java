/** What joins the work on files to the log: alerts, and rows that become events. */
@NullMarked
package io.leat.app.files;

import org.jspecify.annotations.NullMarked;
