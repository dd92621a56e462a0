package io.leat.files.routes;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.files.arrival.Uploads;
import io.leat.files.place.Reserve;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A file that takes so many more bytes and no more, as long as there is room for them. Owned by the
 * request's event loop, which looks after the room now and then: that takes it microseconds.
 */
final class BoundedFile implements WriteStream<Buffer> {
  private final AsyncFile file;
  private final Reserve room;
  private long left;

  BoundedFile(AsyncFile file, Reserve room, long left) {
    this.file = file;
    this.room = room;
    this.left = left;
  }

  @Override
  public Future<Void> write(Buffer data) {
    if (data.length() > left) {
      return Future.failedFuture(
          new LeatException(ErrorCode.BODY_TOO_LARGE, "That is more than the upload's length"));
    }
    try {
      Uploads.take(room, data.length());
    } catch (IOException | LeatException e) {
      return Future.failedFuture(e);
    }
    left -= data.length();
    return file.write(data);
  }

  @Override
  public Future<Void> end() {
    return Future.succeededFuture();
  }

  @Override
  public boolean writeQueueFull() {
    return file.writeQueueFull();
  }

  @Override
  public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
    file.exceptionHandler(handler);
    return this;
  }

  @Override
  public WriteStream<Buffer> setWriteQueueMaxSize(int size) {
    file.setWriteQueueMaxSize(size);
    return this;
  }

  @Override
  public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
    file.drainHandler(handler);
    return this;
  }
}
