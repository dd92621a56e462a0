package io.leat.files.routes;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.files.arrival.Names;
import io.leat.files.arrival.Uploads;
import io.leat.files.arrival.Uploads.Upload;
import io.leat.files.place.Reserve;
import io.leat.files.work.FileSource;
import io.leat.http.Asked;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.leat.rules.file.Arrival;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Uploads that can be gone on with, by the protocol tus 1.0.0 with its extensions creation,
 * expiration and termination. https://tus.io/protocols/resumable-upload
 */
public final class UploadRoutes implements Routes, AutoCloseable {
  private static final String VERSION = "1.0.0";
  private static final String TYPE = "application/offset+octet-stream";
  private static final int MOST_NAME = 255;

  private final Vertx vertx;
  private final Uploads uploads;
  private final Supplier<Map<String, FileSource>> sources;
  private final Runnable arrived;
  private final WorkerExecutor workers;
  private final Set<String> written = ConcurrentHashMap.newKeySet();

  /**
   * @param sources by {@code blueprint.source}, as they are now
   * @param arrived called when an upload is whole
   */
  public UploadRoutes(
      Vertx vertx, Uploads uploads, Supplier<Map<String, FileSource>> sources, Runnable arrived) {
    this.vertx = vertx;
    this.uploads = uploads;
    this.sources = sources;
    this.arrived = arrived;
    this.workers = vertx.createSharedWorkerExecutor("leat-file-uploads", 4);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router
        .post("/v1/file-sources/:source/uploads")
        .handler(guard.requires(Role.SEND))
        .handler(this::create);
    router
        .head("/v1/file-sources/:source/uploads/:upload")
        .handler(guard.requires(Role.SEND))
        .handler(this::look);
    router
        .patch("/v1/file-sources/:source/uploads/:upload")
        .handler(guard.requires(Role.SEND))
        .handler(this::append);
    router
        .delete("/v1/file-sources/:source/uploads/:upload")
        .handler(guard.requires(Role.SEND))
        .handler(this::cancel);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/uploads.json");
  }

  private <T> Future<T> blocking(Callable<T> work) {
    return workers.executeBlocking(work, false);
  }

  private void create(RoutingContext ctx) {
    ctx.request().pause();
    blocking(() -> begin(ctx))
        .onSuccess(
            upload -> {
              answer(ctx)
                  .putHeader("Location", ctx.request().path() + "/" + upload.id())
                  .putHeader("Upload-Offset", "0")
                  .setStatusCode(201)
                  .end();
              ctx.request().resume();
            })
        .onFailure(e -> fail(ctx, e));
  }

  private Upload begin(RoutingContext ctx) {
    FileSource source = source(ctx);
    requireVersion(ctx);
    long length = number(ctx, "Upload-Length");
    if (length > source.spec().limits().bytes()) {
      throw new LeatException(
          ErrorCode.BODY_TOO_LARGE,
          "Files of " + source.name() + " may have " + source.spec().limits().bytes() + " bytes");
    }
    String name = name(ctx.request().getHeader("Upload-Metadata"));
    if (!new Names(source.spec().match()).matches(name)) {
      throw Asked.bad(
          "The name '"
              + name
              + "' is none of "
              + source.name()
              + ", which has "
              + source.spec().match());
    }
    Upload upload =
        uploads.begin(
            source.blueprint(), source.spec().name(), name, length, Guard.principal(ctx).name());
    if (length == 0) {
      uploads.finish(upload);
      arrived.run();
    }
    return upload;
  }

  private static String name(@Nullable String metadata) {
    for (String pair : metadata == null ? new String[0] : metadata.split(",", -1)) {
      String[] parts = pair.strip().split(" ", 2);
      if (parts[0].equals("filename") && parts.length == 2) {
        try {
          String name =
              new String(Base64.getDecoder().decode(parts[1].strip()), StandardCharsets.UTF_8);
          boolean isPlain =
              !name.isBlank()
                  && name.length() <= MOST_NAME
                  && name.chars().noneMatch(c -> c == '/' || c == '\\' || c < ' ');
          if (isPlain) {
            return name;
          }
        } catch (IllegalArgumentException e) {
          throw new LeatException(
              ErrorCode.BAD_REQUEST, "'filename' in Upload-Metadata is not base64", e);
        }
        throw Asked.bad("'filename' in Upload-Metadata is no file's name");
      }
    }
    throw Asked.bad("Upload-Metadata must have a 'filename', in base64");
  }

  private void look(RoutingContext ctx) {
    blocking(
            () -> {
              Upload upload = mine(ctx);
              return new long[] {uploads.offset(upload), upload.length()};
            })
        .onSuccess(
            at ->
                answer(ctx)
                    .putHeader("Cache-Control", "no-store")
                    .putHeader("Upload-Offset", String.valueOf(at[0]))
                    .putHeader("Upload-Length", String.valueOf(at[1]))
                    .setStatusCode(200)
                    .end())
        .onFailure(e -> fail(ctx, e));
  }

  private void append(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    request.pause();
    String id = ctx.pathParam("upload");
    if (!written.add(id)) {
      fail(ctx, conflict("Another request writes to the upload '" + id + "'"));
      return;
    }
    blocking(() -> writable(ctx))
        .compose(upload -> write(ctx, upload))
        .compose(upload -> blocking(() -> appended(upload)))
        .onComplete(
            ended -> {
              written.remove(id);
              if (ended.failed()) {
                fail(ctx, ended.cause());
              } else {
                answer(ctx)
                    .putHeader("Upload-Offset", String.valueOf(ended.result()))
                    .setStatusCode(204)
                    .end();
              }
            });
  }

  private record Writable(Upload upload, long offset, Reserve room) {}

  private Writable writable(RoutingContext ctx) throws IOException {
    requireVersion(ctx);
    if (!TYPE.equals(ctx.request().getHeader("Content-Type"))) {
      throw new LeatException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The content type must be " + TYPE);
    }
    Upload upload = mine(ctx);
    long offset = number(ctx, "Upload-Offset");
    long there = uploads.offset(upload);
    if (offset != there) {
      throw conflict("The upload has " + there + " bytes; go on there");
    }
    return new Writable(upload, offset, uploads.room());
  }

  private Future<Upload> write(RoutingContext ctx, Writable to) {
    String path = uploads.part(to.upload().id()).toString();
    if (to.offset() == to.upload().length()) {
      ctx.request().resume();
      return Future.succeededFuture(to.upload());
    }
    String declared = ctx.request().getHeader("Content-Length");
    if (declared != null && Long.parseLong(declared) > to.upload().length() - to.offset()) {
      return Future.failedFuture(
          new LeatException(ErrorCode.BODY_TOO_LARGE, "That is more than the upload's length"));
    }
    return vertx
        .fileSystem()
        .open(path, new OpenOptions().setCreate(false).setRead(false).setWrite(true))
        .compose(file -> pipe(ctx, file.setWritePos(to.offset()), to));
  }

  /** What came before a broken connection counts. */
  private static Future<Upload> pipe(RoutingContext ctx, AsyncFile file, Writable to) {
    HttpServerRequest request = ctx.request();
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      ctx.response().writeContinue();
    }
    BoundedFile bounded = new BoundedFile(file, to.room(), to.upload().length() - to.offset());
    return request
        .pipe()
        .endOnFailure(false)
        .endOnSuccess(false)
        .to(bounded)
        .transform(
            piped ->
                file.close()
                    .compose(
                        closed ->
                            piped.failed()
                                ? Future.failedFuture(piped.cause())
                                : Future.succeededFuture(to.upload())));
  }

  private long appended(Upload upload) {
    long offset = uploads.offset(upload);
    if (offset == upload.length()) {
      uploads.finish(upload);
      arrived.run();
    }
    return offset;
  }

  private void cancel(RoutingContext ctx) {
    blocking(
            () -> {
              requireVersion(ctx);
              uploads.cancel(mine(ctx));
              return true;
            })
        .onSuccess(done -> answer(ctx).setStatusCode(204).end())
        .onFailure(e -> fail(ctx, e));
  }

  private static io.vertx.core.http.HttpServerResponse answer(RoutingContext ctx) {
    return ctx.response().putHeader("Tus-Resumable", VERSION);
  }

  private static void fail(RoutingContext ctx, Throwable e) {
    ctx.response().putHeader("Tus-Resumable", VERSION);
    ctx.request().resume();
    ctx.fail(e);
  }

  private FileSource source(RoutingContext ctx) {
    String name = ctx.pathParam("source");
    Principal principal = Guard.principal(ctx);
    Asked.requireSend(principal, name);
    FileSource source = sources.get().get(name);
    if (source == null) {
      throw new LeatException(
          ErrorCode.NOT_FOUND,
          "There is no source '" + name + "'; there are " + new TreeSet<>(sources.get().keySet()));
    }
    if (!(source.spec().arrival() instanceof Arrival.ByUpload)) {
      throw conflict("The source " + name + " does not say 'from: upload'");
    }
    return source;
  }

  private Upload mine(RoutingContext ctx) {
    FileSource source = source(ctx);
    String id = ctx.pathParam("upload");
    Upload upload = uploads.find(id);
    if (!upload.of().equals(source.name())) {
      throw new LeatException(ErrorCode.NOT_FOUND, "There is no upload '" + id + "'");
    }
    return upload;
  }

  private static void requireVersion(RoutingContext ctx) {
    String version = ctx.request().getHeader("Tus-Resumable");
    if (!VERSION.equals(version)) {
      throw Asked.bad("The header 'Tus-Resumable: " + VERSION + "' is missing");
    }
  }

  private static long number(RoutingContext ctx, String header) {
    String text = ctx.request().getHeader(header);
    if (text == null || !text.matches("[0-9]{1,18}")) {
      throw Asked.bad("The header '" + header + "' must be a number of bytes");
    }
    return Long.parseLong(text);
  }

  private static LeatException conflict(String why) {
    return new LeatException(ErrorCode.CONFLICT, why);
  }

  @Override
  public void close() {
    workers.close();
  }
}
