package io.leat.files.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.files.place.Reserve;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedFileTest {
  private final Vertx vertx = Vertx.vertx();
  private final Path path;
  private final AsyncFile file;

  BoundedFileTest(@TempDir Path folder) throws Exception {
    this.path = folder.resolve("upload");
    this.file = done(vertx.fileSystem().open(path.toString(), new OpenOptions()));
  }

  @AfterEach
  void close() {
    vertx.close();
  }

  private static <T> T done(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static ErrorCode refused(Future<Void> written) {
    return ((LeatException) written.cause()).code();
  }

  @Test
  void itTakesWhatItMayAndNoMore() throws Exception {
    BoundedFile bounded = new BoundedFile(file, new Reserve(path, 1L << 20), 5);

    done(bounded.write(Buffer.buffer("who")));
    assertThat(refused(bounded.write(Buffer.buffer("le and")))).isEqualTo(ErrorCode.BODY_TOO_LARGE);
    done(bounded.write(Buffer.buffer("le")));
    done(file.close());

    assertThat(path).hasContent("whole");
  }

  @Test
  void itLeavesTheReserveFree() throws Exception {
    BoundedFile bounded = new BoundedFile(file, new Reserve(path, Long.MAX_VALUE / 4), 5);

    assertThat(refused(bounded.write(Buffer.buffer("whole")))).isEqualTo(ErrorCode.DISK_FULL);
    done(file.close());

    assertThat(path).isEmptyFile();
  }
}
