package io.leat.files.work;

import io.leat.files.arrival.LocalInput;
import io.leat.files.ledger.Lease;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.place.Staging;
import io.leat.parquet.ParquetFile;
import io.leat.parquet.PartSummary;
import io.leat.rules.file.ConvertSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an attempt writes, and what it goes on with.
 *
 * @param before parts of an earlier attempt that are as they were written
 * @param next the row group behind them
 * @param options how rows become JSON, in a form that differs when the output may
 * @param isResumable whether a later attempt can go on with its parts
 */
record StagedOutput(
    Staging staging, List<Manifest.Part> before, int next, String options, boolean isResumable) {
  StagedOutput {
    before = List.copyOf(before);
  }

  /** Whether all rows are in parts: then an earlier attempt ended just before it published them. */
  boolean isWhole(ParquetFile parquet) {
    return next == parquet.rowGroups().size() && !before.isEmpty();
  }

  /** Rows of the file before those that are to be converted. */
  long rowsBefore(ParquetFile parquet) {
    return next == parquet.rowGroups().size()
        ? parquet.rows()
        : parquet.rowGroups().get(next).firstRow();
  }

  static StagedOutput of(
      FileSource source,
      LedgerFile file,
      LocalInput fetched,
      ParquetFile parquet,
      Lease lease,
      String destination)
      throws IOException {
    ConvertSpec convert = source.spec().convert();
    boolean isResumable = Conversions.canResume(convert, parquet);
    String options = fetched.sha256() + " " + convert;
    Resume resume = isResumable ? Resume.of(file.resume()) : null;
    if (resume != null && !resume.options().equals(options)) {
      resume = null;
    }
    Staging staging =
        source
            .outputs()
            .stage(destination, file.id(), lease.fence(), resume == null ? null : resume.fence());
    List<Manifest.Part> before = resume == null ? null : before(staging, resume, convert);
    if (resume == null || before == null) {
      staging.keepOnly(List.of());
      return new StagedOutput(staging, List.of(), 0, options, isResumable);
    }
    staging.keepOnly(before.stream().map(Manifest.Part::name).toList());
    return new StagedOutput(staging, before, resume.next(), options, isResumable);
  }

  private static @Nullable List<Manifest.Part> before(
      Staging staging, Resume resume, ConvertSpec convert) {
    List<PartSummary> found = PartCheck.check(staging, resume.parts(), convert.compression());
    if (found == null) {
      return null;
    }
    List<Manifest.Part> parts = new ArrayList<>();
    for (PartSummary part : found) {
      parts.add(new Manifest.Part(resume.parts().get(part.index()).name(), part));
    }
    return parts;
  }
}
