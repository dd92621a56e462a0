package io.leat.app.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.function.LongConsumer;

/**
 * Sends files to a source, by tus 1.0: what was taken is not sent again when the connection breaks.
 */
public final class FileSender {
  private static final int ATTEMPTS = 10;
  private static final long PIECE = 64L << 20;

  private final LeatClient client;
  private final Pause pause;

  public FileSender(LeatClient client, Pause pause) {
    this.client = client;
    this.pause = pause;
  }

  /**
   * Sends a file.
   *
   * @param source {@code blueprint.source}
   * @param sent told how many bytes were taken
   * @return the upload's id
   * @throws HttpProblemException when it is refused
   */
  public String send(String source, Path file, LongConsumer sent) throws IOException {
    long length = Files.size(file);
    Path name = file.getFileName();
    String place = begin(source, name == null ? "" : name.toString(), length);
    long offset = 0;
    int failures = 0;
    while (offset < length) {
      try {
        offset = append(place, file, offset, Math.min(PIECE, length - offset));
        failures = 0;
      } catch (IOException e) {
        if (++failures == ATTEMPTS) {
          throw e;
        }
        await(failures);
        offset = offset(place, offset);
      }
      sent.accept(offset);
    }
    return place.substring(place.lastIndexOf('/') + 1);
  }

  private String begin(String source, String name, long length) throws IOException {
    HttpResponse<byte[]> answer =
        client.exchangeAny(
            client
                .request("/v1/file-sources/" + source + "/uploads")
                .header("Tus-Resumable", "1.0.0")
                .header("Upload-Length", String.valueOf(length))
                .header(
                    "Upload-Metadata",
                    "filename "
                        + Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8)))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    if (answer.statusCode() != 201) {
      throw LeatClient.problem(answer.statusCode(), answer.body());
    }
    return answer
        .headers()
        .firstValue("Location")
        .orElseThrow(() -> new IOException("the answer says no 'Location'"));
  }

  private long append(String place, Path file, long offset, long count) throws IOException {
    HttpResponse<byte[]> answer =
        client.exchangeAny(
            client
                .request(place)
                .header("Tus-Resumable", "1.0.0")
                .header("Upload-Offset", String.valueOf(offset))
                .header("Content-Type", "application/offset+octet-stream")
                .method(
                    "PATCH",
                    HttpRequest.BodyPublishers.fromPublisher(
                        HttpRequest.BodyPublishers.ofInputStream(() -> piece(file, offset, count)),
                        count))
                .build());
    if (answer.statusCode() == 503 || answer.statusCode() == 429 || answer.statusCode() == 409) {
      throw new IOException("the server answers " + answer.statusCode());
    }
    if (answer.statusCode() != 204) {
      throw LeatClient.problem(answer.statusCode(), answer.body());
    }
    return offset(answer);
  }

  private long offset(String place, long otherwise) throws IOException {
    HttpResponse<byte[]> answer;
    try {
      answer =
          client.exchangeAny(
              client
                  .request(place)
                  .header("Tus-Resumable", "1.0.0")
                  .method("HEAD", HttpRequest.BodyPublishers.noBody())
                  .build());
    } catch (IOException e) {
      return otherwise;
    }
    if (answer.statusCode() != 200) {
      throw LeatClient.problem(answer.statusCode(), answer.body());
    }
    return offset(answer);
  }

  private static long offset(HttpResponse<byte[]> answer) throws IOException {
    return answer
        .headers()
        .firstValueAsLong("Upload-Offset")
        .orElseThrow(() -> new IOException("the answer says no 'Upload-Offset'"));
  }

  private static InputStream piece(Path file, long offset, long count) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      channel.position(offset);
      return new Piece(Channels.newInputStream(channel), count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void await(int failures) throws IOException {
    try {
      pause.of(java.time.Duration.ofMillis(Math.min(10_000, 200L << failures)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** So many bytes of a stream. */
  private static final class Piece extends java.io.FilterInputStream {
    private long left;

    Piece(InputStream in, long count) {
      super(in);
      this.left = count;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left <= 0) {
        return -1;
      }
      int count = super.read(target, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }
  }
}
