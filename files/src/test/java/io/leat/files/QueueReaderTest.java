package io.leat.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.files.ledger.FileState;
import io.leat.files.place.S3Settings;
import io.leat.files.place.TestingBucket;
import io.leat.rules.file.Arrival;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What a queue tells of objects comes in. ElasticMQ speaks SQS's protocol. */
class QueueReaderTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final TestingState state = new TestingState();
  private static SQSRestServer server;
  private static URI address;
  private static SqsClient sqs;

  private final Path root;
  private final TestingPipelines pipelines;
  private TestingBucket bucket;

  QueueReaderTest(@TempDir Path root) {
    this.root = root;
    this.pipelines = new TestingPipelines(root, state);
  }

  @BeforeAll
  static void start() {
    server = SQSRestServerBuilder.withDynamicPort().withInterface("127.0.0.1").start();
    address = URI.create("http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort());
    sqs =
        SqsClient.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .endpointOverride(address)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("leat", "secret")))
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    sqs.close();
    server.stopAndWait();
    state.close();
  }

  @BeforeEach
  void open() throws Exception {
    bucket = new TestingBucket();
    S3Settings settings = bucket.settings();
    pipelines.s3 = settings;
  }

  @AfterEach
  void close() {
    pipelines.close();
    bucket.close();
  }

  private URI queue(String name) {
    return URI.create(address + "/000000000000/" + name);
  }

  private void make(String name) {
    sqs.createQueue(r -> r.queueName(name));
  }

  private FileSourceSpec spec(String name, String match, URI queue) {
    FileSourceSpec like = TestingWorker.spec(root);
    return new FileSourceSpec(
        name,
        null,
        new Arrival.InBucket(new Place.Bucket(TestingBucket.NAME, "in"), Duration.ofDays(1), queue),
        match,
        like.settle(),
        like.incomplete(),
        like.limits(),
        like.contract(),
        like.convert(),
        like.to(),
        like.layout(),
        like.deadLetters(),
        like.same(),
        like.then(),
        like.retry(),
        like.retention(),
        null);
  }

  private void put(String name) throws Exception {
    Path made = TestingParquet.trips(root.resolve(name), 10);
    bucket.objects().put("in/" + name, Files.readAllBytes(made));
  }

  private void tell(URI queue, String body) {
    sqs.sendMessage(r -> r.queueUrl(queue.toString()).messageBody(body));
  }

  private static String created(String key) {
    return "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"%s\"},\"object\":{\"key\":\"%s\"}}}]}"
        .formatted(TestingBucket.NAME, key);
  }

  /** Messages that are given out, and those that are not. */
  private int messages(URI queue) {
    Map<QueueAttributeName, String> attributes =
        sqs.getQueueAttributes(
                r ->
                    r.queueUrl(queue.toString())
                        .attributeNames(
                            QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                            QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
            .attributes();
    return attributes.values().stream().mapToInt(Integer::parseInt).sum();
  }

  private void awaitMessages(URI queue, int wanted) throws InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (messages(queue) != wanted && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertThat(messages(queue)).isEqualTo(wanted);
  }

  @Test
  void anObjectThatAMessageNamesComesInAndTheMessageGoes() throws Exception {
    URI queue = queue("plain");
    make("plain");
    pipelines.start(spec("taxi", "*.parquet", queue));
    put("a.parquet");

    tell(queue, created("in/a.parquet"));
    tell(queue, created("in/gone.parquet"));
    tell(queue, "{\"Event\":\"s3:TestEvent\"}");

    pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    awaitMessages(queue, 0);
    assertThat(pipelines.files()).hasSize(1);
  }

  @Test
  void aMessageThatNamesNoObjectStaysAndIsInNobodysWay() throws Exception {
    URI queue = queue("mixed");
    make("mixed");
    pipelines.start(spec("taxi", "*.parquet", queue));
    put("a.parquet");

    tell(queue, "hello");
    tell(queue, created("in/a.parquet"));

    pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    awaitMessages(queue, 1);
  }

  @Test
  void sourcesShareAQueue() throws Exception {
    URI queue = queue("shared");
    make("shared");
    pipelines.start(spec("a", "a*.parquet", queue), spec("b", "b*.parquet", queue));
    for (int i = 0; i < 4; i++) {
      put("a" + i + ".parquet");
      put("b" + i + ".parquet");
      tell(queue, created("in/a" + i + ".parquet"));
      tell(queue, created("in/b" + i + ".parquet"));
    }

    for (int i = 0; i < 4; i++) {
      pipelines.await("a" + i + ".parquet", FileState.Name.PUBLISHED);
      pipelines.await("b" + i + ".parquet", FileState.Name.PUBLISHED);
    }
    awaitMessages(queue, 0);
  }

  @Test
  void aQueueThatIsThereLaterIsReadThen() throws Exception {
    URI queue = queue("late");
    pipelines.start(spec("taxi", "*.parquet", queue));
    put("a.parquet");
    Thread.sleep(500); // it was asked for, in vain

    make("late");
    tell(queue, created("in/a.parquet"));

    pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    awaitMessages(queue, 0);
  }

  @Test
  void whatCannotBeLookedAtIsInNobodysWay() throws Exception {
    URI queue = queue("denied");
    pipelines.start(spec("taxi", "*.parquet", queue));
    put("a.parquet");
    bucket.denies("in/denied.parquet");
    Thread.sleep(500); // it was asked for, in vain: both messages are there when it asks again

    make("denied");
    tell(queue, created("in/denied.parquet"));
    tell(queue, created("in/a.parquet"));

    pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    awaitMessages(queue, 1);
  }

  @Test
  void whatCannotBeLookedAtStaysInTheQueue() throws Exception {
    URI queue = queue("kept");
    make("kept");
    pipelines.start(spec("taxi", "*.parquet", queue));
    bucket.close();

    tell(queue, created("in/a.parquet"));

    Thread.sleep(2_000);
    assertThat(messages(queue)).isEqualTo(1);
  }
}
