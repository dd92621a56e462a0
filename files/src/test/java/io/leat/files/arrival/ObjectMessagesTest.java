package io.leat.files.arrival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.files.arrival.ObjectMessages.Named;
import org.junit.jupiter.api.Test;

class ObjectMessagesTest {
  private static final String EVENT =
      """
      {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put",
       "s3":{"bucket":{"name":"files"},"object":{"key":"in/a+b%2Bc.parquet","size":1,"eTag":"x"}}},
       {"eventName":"ObjectRemoved:Delete",
       "s3":{"bucket":{"name":"files"},"object":{"key":"in/gone.parquet"}}}]}
      """;

  @Test
  void anEventOfS3NamesWhatWasCreated() {
    assertThat(ObjectMessages.created(EVENT))
        .containsExactly(new Named("files", "in/a b+c.parquet"));
  }

  @Test
  void anEventMayBeInAMessageOfSqsAndAnEnvelopeOfSns() {
    String sns = "{\"Type\":\"Notification\",\"Message\":" + quoted(EVENT) + "}";
    String sqs =
        "{\"Messages\":[{\"MessageId\":\"1\",\"Body\":"
            + quoted(sns)
            + "},{\"MessageId\":\"2\",\"Body\":"
            + quoted(EVENT)
            + "}]}";

    assertThat(ObjectMessages.created(sqs)).containsExactly(new Named("files", "in/a b+c.parquet"));
  }

  @Test
  void anEventOfEventBridgeIsRead() {
    assertThat(
            ObjectMessages.created(
                """
                {"source":"aws.s3","detail-type":"Object Created",
                 "detail":{"bucket":{"name":"files"},"object":{"key":"in/a+b.parquet"}}}
                """))
        .containsExactly(new Named("files", "in/a+b.parquet"));
  }

  @Test
  void theTestEventNamesNothing() {
    assertThat(ObjectMessages.created("{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\"}"))
        .isEmpty();
  }

  @Test
  void whatIsNoSuchMessageIsRefused() {
    assertThatThrownBy(() -> ObjectMessages.created("{\"a\":1}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("It is neither an S3 event nor a message or notification that holds one");
    assertThatThrownBy(() -> ObjectMessages.created("{")).hasMessage("It is not JSON");
  }

  private static String quoted(String json) {
    return '"' + json.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
