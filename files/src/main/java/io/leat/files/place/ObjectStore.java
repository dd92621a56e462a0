package io.leat.files.place;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** S3 in fewer words. What fails is an {@link IOException}. Thread-safe; blocks. */
public final class ObjectStore implements AutoCloseable {
  /** S3 takes 5 GiB at once, and 10,000 pieces of 5 MiB to 5 GiB. */
  private static final long PIECE = 64L << 20;

  private static final long MOST_PIECES = 10_000;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3Client client;
  private final long piece;

  /** An object as a listing or a look shows it. */
  public record Found(String key, String etag, long size, Instant changedAt) {}

  public ObjectStore(S3Settings settings) {
    this(settings, PIECE);
  }

  /**
   * @param piece bytes of a file that are sent at once
   */
  ObjectStore(S3Settings settings, long piece) {
    this.piece = piece;
    S3ClientBuilder builder =
        AwsClients.of(S3Client.builder(), settings)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .forcePathStyle(settings.pathStyle());
    if (settings.endpoint() != null) {
      builder.endpointOverride(settings.endpoint());
    }
    String region = settings.region();
    if (region != null || settings.endpoint() != null) {
      builder.region(Region.of(region == null ? "us-east-1" : region));
    }
    this.client = builder.build();
  }

  /**
   * The object store, where it may be that nobody declared any.
   *
   * @throws IOException when it is not known how it is reached
   */
  public static ObjectStore open(S3Settings settings) throws IOException {
    return asked(() -> new ObjectStore(settings));
  }

  private interface Call<T> {
    T make() throws IOException;
  }

  private static <T> T asked(Call<T> call) throws IOException {
    try {
      return call.make();
    } catch (S3Exception e) {
      // An answer to HEAD has no body that would say it.
      String code = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
      throw new StoreException(e.statusCode(), code == null ? "" : code, e);
    } catch (SdkException e) {
      throw new IOException("The object store does not answer: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw e.getCause(); // of what is sent
    }
  }

  /** Tells all objects whose keys begin so, page by page. */
  public void list(String bucket, String prefix, Consumer<Found> each) throws IOException {
    String token = null;
    do {
      String from = token;
      ListObjectsV2Response page =
          asked(
              () ->
                  client.listObjectsV2(
                      r -> r.bucket(bucket).prefix(prefix).continuationToken(from)));
      page.contents()
          .forEach(
              one ->
                  each.accept(
                      new Found(
                          one.key(),
                          unquoted(one.eTag()),
                          one.size() == null ? 0 : one.size(),
                          one.lastModified() == null ? Instant.EPOCH : one.lastModified())));
      token =
          Boolean.TRUE.equals(page.isTruncated()) && page.nextContinuationToken() != null
              ? page.nextContinuationToken()
              : null;
    } while (token != null);
  }

  /** An object; empty when there is none. */
  public Optional<Found> look(String bucket, String key) throws IOException {
    try {
      HeadObjectResponse head = asked(() -> client.headObject(r -> r.bucket(bucket).key(key)));
      return Optional.of(
          new Found(key, unquoted(head.eTag()), head.contentLength(), head.lastModified()));
    } catch (StoreException e) {
      if (e.status() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * An object's content, to be closed.
   *
   * @param etag the version that is wanted; null: the newest
   * @throws StoreException with 404 when there is none, with 412 when it has another version
   */
  public ResponseInputStream<GetObjectResponse> read(
      String bucket, String key, @Nullable String etag) throws IOException {
    ResponseInputStream<GetObjectResponse> content =
        asked(
            () ->
                client.getObject(
                    r -> {
                      r.bucket(bucket).key(key);
                      if (etag != null) {
                        r.ifMatch('"' + etag + '"');
                      }
                    }));
    if (etag != null && !etag.equals(unquoted(content.response().eTag()))) {
      content.abort();
      throw new StoreException(412, "PreconditionFailed", null);
    }
    return content;
  }

  /**
   * Writes an object if there is none by its key.
   *
   * @return false when there is one
   */
  public boolean create(String bucket, String key, byte[] content) throws IOException {
    try {
      asked(
          () ->
              client.putObject(
                  r -> r.bucket(bucket).key(key).ifNoneMatch("*"), RequestBody.fromBytes(content)));
      return true;
    } catch (StoreException e) {
      if (e.status() == 412 || e.status() == 409) {
        return false;
      }
      throw e;
    }
  }

  /** Writes an object. */
  public void write(String bucket, String key, byte[] content, int length) throws IOException {
    asked(
        () ->
            client.putObject(
                r -> r.bucket(bucket).key(key),
                RequestBody.fromByteBuffer(java.nio.ByteBuffer.wrap(content, 0, length))));
  }

  /** Writes an object of a file's content, piece by piece if it is large. */
  public void write(String bucket, String key, Path content) throws IOException {
    long size = Files.size(content);
    if (size <= piece) {
      asked(() -> client.putObject(r -> r.bucket(bucket).key(key), RequestBody.fromFile(content)));
      return;
    }
    long most = Math.max(piece, (size + MOST_PIECES - 1) / MOST_PIECES);
    String upload =
        asked(() -> client.createMultipartUpload(r -> r.bucket(bucket).key(key)).uploadId());
    try {
      List<CompletedPart> pieces = new ArrayList<>();
      for (long from = 0; from < size; from += most) {
        long start = from;
        long length = Math.min(most, size - from);
        RequestBody body =
            RequestBody.fromContentProvider(
                () -> FileRange.of(content, start, length), length, "application/octet-stream");
        pieces.add(piece(bucket, key, upload, pieces.size() + 1, body));
      }
      complete(bucket, key, upload, pieces);
    } catch (IOException | RuntimeException e) {
      try {
        abort(bucket, key, upload);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  void begin(String bucket, String key, Consumer<String> upload) throws IOException {
    upload.accept(
        asked(() -> client.createMultipartUpload(r -> r.bucket(bucket).key(key)).uploadId()));
  }

  CompletedPart piece(
      String bucket, String key, String upload, int number, byte[] content, int length)
      throws IOException {
    return piece(
        bucket,
        key,
        upload,
        number,
        RequestBody.fromByteBuffer(java.nio.ByteBuffer.wrap(content, 0, length)));
  }

  private CompletedPart piece(
      String bucket, String key, String upload, int number, RequestBody content)
      throws IOException {
    String etag =
        asked(
            () ->
                client
                    .uploadPart(
                        r -> r.bucket(bucket).key(key).uploadId(upload).partNumber(number), content)
                    .eTag());
    return CompletedPart.builder().partNumber(number).eTag(etag).build();
  }

  void complete(String bucket, String key, String upload, List<CompletedPart> pieces)
      throws IOException {
    asked(
        () ->
            client.completeMultipartUpload(
                r ->
                    r.bucket(bucket)
                        .key(key)
                        .uploadId(upload)
                        .multipartUpload(m -> m.parts(pieces))));
  }

  void abort(String bucket, String key, String upload) throws IOException {
    asked(() -> client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(upload)));
  }

  /** Removes an object, if it is there. */
  public void remove(String bucket, String key) throws IOException {
    asked(() -> client.deleteObject(r -> r.bucket(bucket).key(key)));
  }

  /**
   * Removes an object, if it still has this version. A store that does not know the condition
   * removes whatever is there.
   */
  public void remove(String bucket, String key, String etag) throws IOException {
    try {
      asked(() -> client.deleteObject(r -> r.bucket(bucket).key(key).ifMatch('"' + etag + '"')));
    } catch (StoreException e) {
      if (e.status() == NOT_IMPLEMENTED) {
        remove(bucket, key);
      } else if (e.status() != 412 && e.status() != 404) {
        throw e;
      }
    }
  }

  private static String unquoted(@Nullable String etag) {
    return etag == null ? "" : etag.replace("\"", "");
  }

  @Override
  public void close() {
    client.close();
  }
}
