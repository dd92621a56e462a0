package io.leat.files.place;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;

/** A queue of SQS. What fails is an {@link IOException}. Thread-safe; blocks. */
public final class MessageQueue implements AutoCloseable {
  private static final Pattern HOST =
      Pattern.compile(
          "(?:[a-z0-9-]+\\.)?sqs(?:-fips)?\\.([a-z0-9-]+)\\.(?:vpce\\.)?amazonaws\\.com(?:\\.cn)?");

  /** SQS's own bound. */
  private static final int AT_A_TIME = 10;

  private final SqsClient client;
  private final String url;

  /**
   * A message that was received.
   *
   * @param receipt what SQS wants to know of whoever removes it
   */
  public record Received(String receipt, String body) {}

  /**
   * @param url as SQS shows it; its host says the region, where it is one of Amazon's
   */
  public MessageQueue(URI url, S3Settings settings) throws IOException {
    this.url = url.toString();
    String host = String.valueOf(url.getHost());
    Matcher amazon = HOST.matcher(host);
    String region = settings.region() == null ? "us-east-1" : settings.region();
    try {
      this.client =
          AwsClients.of(SqsClient.builder(), settings)
              .endpointOverride(URI.create(url.getScheme() + "://" + url.getAuthority()))
              .region(Region.of(amazon.matches() ? amazon.group(1) : region))
              .build();
    } catch (SdkException e) {
      throw failed(e);
    }
  }

  private static IOException failed(SdkException e) {
    return new IOException("The queue does not answer: " + e.getMessage(), e);
  }

  /**
   * Some messages; none of them is given to anybody else for a while, which the queue's settings
   * say.
   *
   * @param wait how long it may wait for the first, at most 20 seconds
   */
  public List<Received> receive(Duration wait) throws IOException {
    try {
      return client
          .receiveMessage(
              r ->
                  r.queueUrl(url)
                      .maxNumberOfMessages(AT_A_TIME)
                      .waitTimeSeconds((int) wait.toSeconds()))
          .messages()
          .stream()
          .map(message -> new Received(message.receiptHandle(), message.body()))
          .toList();
    } catch (SdkException e) {
      throw failed(e);
    }
  }

  /** Removes messages; one that cannot be removed comes again. */
  public void remove(List<Received> messages) throws IOException {
    List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
    for (Received message : messages) {
      entries.add(
          DeleteMessageBatchRequestEntry.builder()
              .id(String.valueOf(entries.size()))
              .receiptHandle(message.receipt())
              .build());
    }
    if (entries.isEmpty()) {
      return;
    }
    try {
      client.deleteMessageBatch(r -> r.queueUrl(url).entries(entries));
    } catch (SdkException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
