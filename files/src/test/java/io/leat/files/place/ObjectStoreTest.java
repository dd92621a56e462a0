package io.leat.files.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectStoreTest {
  private final Path file;

  ObjectStoreTest(@TempDir Path folder) {
    this.file = folder.resolve("a.parquet");
  }

  private byte[] written(int size) throws IOException {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    Files.write(file, content);
    return content;
  }

  @Test
  void aLargeFileIsSentInPieces() throws IOException {
    byte[] content = written(250_000);
    try (TestingBucket bucket = new TestingBucket();
        ObjectStore store = new ObjectStore(bucket.settings(), 100_000)) {
      store.write(TestingBucket.NAME, "a", file);

      assertThat(bucket.objects().get("a")).isEqualTo(content);
      assertThat(bucket.requests())
          .startsWith("POST 0", "PUT 100000", "PUT 100000", "PUT 50000")
          .hasSize(5);
    }
  }

  @Test
  void aSmallFileIsSentAtOnce() throws IOException {
    byte[] content = written(100_000);
    try (TestingBucket bucket = new TestingBucket();
        ObjectStore store = new ObjectStore(bucket.settings(), 100_000)) {
      store.write(TestingBucket.NAME, "a", file);

      assertThat(bucket.objects().get("a")).isEqualTo(content);
      assertThat(bucket.requests()).containsExactly("PUT 100000");
    }
  }

  @Test
  void onlyTheVersionThatIsMeantIsRemoved() throws IOException {
    try (TestingBucket bucket = new TestingBucket();
        ObjectStore store = new ObjectStore(bucket.settings())) {
      bucket.objects().put("a", new byte[1]);

      store.remove(TestingBucket.NAME, "a", "another");
      assertThat(bucket.objects()).containsKey("a");
      store.remove(TestingBucket.NAME, "a", "same");

      assertThat(bucket.objects()).isEmpty();
    }
  }

  @Test
  void whereRemovingKnowsNoConditionItHasNone() throws IOException {
    try (TestingBucket bucket = new TestingBucket();
        ObjectStore store = new ObjectStore(bucket.settings())) {
      bucket.removesBlindly();
      bucket.objects().put("a", new byte[1]);

      store.remove(TestingBucket.NAME, "a", "same");

      assertThat(bucket.objects()).isEmpty();
      assertThat(bucket.requests()).hasSize(2);
    }
  }

  @Test
  void piecesOfWhatCannotBeSentAreThrownAway() throws IOException {
    written(250_000);
    try (TestingBucket bucket = new TestingBucket();
        ObjectStore store = new ObjectStore(bucket.settings(), 100_000)) {
      bucket.refuse(2);

      assertThatThrownBy(() -> store.write(TestingBucket.NAME, "a", file))
          .isInstanceOf(StoreException.class)
          .hasMessage("The object store answers 403 AccessDenied");
      assertThat(bucket.objects()).isEmpty();
      assertThat(bucket.requests()).last().isEqualTo("DELETE 0");
    }
  }
}
