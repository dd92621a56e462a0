package io.leat.files.arrival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.files.TestingState;
import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads whose process dies, that nobody goes on with, or for which there is no room. */
class UploadsTest {
  private static final TestingState state = new TestingState();

  private final Path folder;
  private final List<Sighting> seen = new ArrayList<>();
  private final Uploads uploads;
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");

  UploadsTest(@TempDir Path root) {
    this.folder = root.resolve("uploads");
    this.uploads = uploads(1L << 20);
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @BeforeEach
  void clear() {
    state.clear();
  }

  private Uploads uploads(long reserve) {
    return new Uploads(state.database(), folder, reserve, () -> now, new Random(7), seen::addAll);
  }

  private Uploads.Upload begun(int length, String bytes) throws IOException {
    Uploads.Upload upload = uploads.begin("files", "taxi", "a.parquet", length, "ann");
    Files.writeString(uploads.part(upload.id()), bytes);
    return upload;
  }

  private static List<String> open() {
    return state.texts("select id from file_upload where finished_at is null");
  }

  @Test
  void oneThatIsWholeHasArrivedOnce() throws IOException {
    Uploads.Upload upload = begun(5, "whole");

    uploads.finish(upload);
    uploads.finish(upload);

    assertThat(seen)
        .containsExactly(
            new Sighting("files", "taxi", "a.parquet", "upload:a.parquet", upload.id(), 5));
    assertThat(folder.resolve(upload.id())).hasContent("whole");
    assertThat(uploads.offset(upload)).isEqualTo(5);
    assertThat(open()).isEmpty();
  }

  @Test
  void oneWhoseProcessDiedBehindItsLastByteArrives() throws IOException {
    Uploads.Upload upload = begun(5, "whole");

    uploads(1L << 20).recover();

    assertThat(seen).extracting(Sighting::version).containsExactly(upload.id());
    assertThat(open()).isEmpty();
  }

  @Test
  void oneWhoseProcessDiedBeforeTheLedgerKnewArrives() throws IOException {
    Uploads.Upload upload = begun(5, "whole");
    Files.move(uploads.part(upload.id()), folder.resolve(upload.id()));

    uploads(1L << 20).recover();

    assertThat(seen).extracting(Sighting::version).containsExactly(upload.id());
    assertThat(open()).isEmpty();
  }

  @Test
  void oneThatIsNotWholeIsGoneOnWith() throws IOException {
    Uploads.Upload upload = begun(5, "who");

    uploads(1L << 20).recover();

    assertThat(seen).isEmpty();
    assertThat(uploads.offset(uploads.find(upload.id()))).isEqualTo(3);
    assertThat(open()).containsExactly(upload.id());
  }

  @Test
  void oneThatNobodyGoesOnWithExpires() throws IOException {
    Uploads.Upload left = begun(5, "who");
    now = now.plus(Duration.ofDays(6));
    Uploads.Upload young = begun(5, "who");
    now = now.plus(Duration.ofDays(2));

    uploads.expire(Duration.ofDays(7));

    assertThat(open()).containsExactly(young.id());
    assertThat(uploads.part(left.id())).doesNotExist();
    assertThat(uploads.part(young.id())).exists();
    assertThatThrownBy(() -> uploads.find(left.id()))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
  }

  @Test
  void oneThatArrivedLongAgoIsForgottenAndItsFileIsNot() throws IOException {
    Uploads.Upload upload = begun(5, "whole");
    uploads.finish(upload);
    now = now.plus(Duration.ofDays(8));

    uploads.expire(Duration.ofDays(7));

    assertThat(state.texts("select id from file_upload")).isEmpty();
    assertThat(folder.resolve(upload.id())).hasContent("whole");
  }

  @Test
  void oneThatIsCancelledLeavesNothing() throws IOException {
    Uploads.Upload upload = begun(5, "who");

    uploads.cancel(upload);

    assertThat(folder).isEmptyDirectory();
    assertThat(open()).isEmpty();
  }

  @Test
  void oneThatHasArrivedCannotBeCancelled() throws IOException {
    Uploads.Upload upload = begun(5, "whole");
    uploads.finish(upload);

    uploads.cancel(upload);

    assertThat(folder.resolve(upload.id())).hasContent("whole");
    assertThat(uploads.offset(upload)).isEqualTo(5);
  }

  @Test
  void oneThatThereIsNoRoomForIsNotBegun() {
    assertThatThrownBy(
            () -> uploads(Long.MAX_VALUE / 4).begin("files", "taxi", "a.parquet", 5, "ann"))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL))
        .hasMessageContaining("no space left but for a reserve");
    assertThat(folder).isEmptyDirectory();
    assertThat(open()).isEmpty();
  }
}
