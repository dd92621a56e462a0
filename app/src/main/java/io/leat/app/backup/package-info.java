/**
 * What a backup is on disk or in S3, and how it is looked after: {@link
 * io.leat.app.backup.BackupStore} reads and writes the files, a {@link io.leat.app.backup.Manifest}
 * names all of them with their checksums, {@link io.leat.app.backup.LogTail} keeps the records of
 * the log that are not yet in the tables, {@link io.leat.app.backup.Backups} lists and prunes, and
 * {@link io.leat.app.backup.Verification} proves that a backup is whole.
 */
@NullMarked
package io.leat.app.backup;

import org.jspecify.annotations.NullMarked;
