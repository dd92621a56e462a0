package io.leat.gateway;

import io.leat.event.EventIds;
import io.leat.event.LogHeaders;
import io.leat.gateway.EventPreparation.Prepared;
import io.leat.gateway.format.IncomingRecord;
import io.leat.gateway.format.RecordSource;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Message;
import io.leat.http.Principal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Makes records that came before ready for the log once more, by the rules of the gateway as they
 * are now, as if their client sent them at the time at which it did. Thread-safe.
 */
public final class RedrivePreparation {
  private final RecordSource source;
  private final EventPreparation preparation;

  public RedrivePreparation(GatewaySettings settings) {
    this.source = new RecordSource(settings.record(), settings.maxRecords());
    this.preparation =
        new EventPreparation(new EventIds(), settings.maxRecordBytes(), settings.maxErrors());
  }

  /** What is known of a record from when it came. */
  public sealed interface Original permits Logged, Refused {
    Principal sender();

    /** The id of the request that brought it. */
    String request();

    /** Its index in that request. */
    int index();

    /** When the gateway received it, microseconds since the epoch. */
    long receivedMicros();

    byte[] bytes();
  }

  /**
   * An event that the log took, but processed did not.
   *
   * @param bytes its data
   * @param attributes of the CloudEvent that it was, without its id; null when it was none
   * @param contentType of the data; null for JSON
   * @param id the id that it has
   * @param isSuppliedId whether the server made that id
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
  public record Logged(
      Principal sender,
      String request,
      int index,
      long receivedMicros,
      byte[] bytes,
      @Nullable Map<String, String> attributes,
      @Nullable String contentType,
      String id,
      boolean isSuppliedId)
      implements Original {}

  /**
   * A record that the gateway refused.
   *
   * @param bytes what the client sent for it, envelope included
   * @param id the id that it got then, null when it got none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
  public record Refused(
      Principal sender,
      String request,
      int index,
      long receivedMicros,
      byte[] bytes,
      @Nullable String id)
      implements Original {}

  /**
   * Either a message or a refusal.
   *
   * @param id the event's id, null when the record did not get as far as having one
   */
  public record Result(@Nullable String id, @Nullable Message message, @Nullable Refusal refusal) {}

  /**
   * Judges a record; nothing happens to it.
   *
   * @param stream as it is served now
   * @param origin the record's own name, the same with each attempt
   * @param attempt from 1
   */
  public Result prepare(ServedStream stream, Original original, String origin, int attempt) {
    Header mark = Ingest.header(LogHeaders.REDRIVE, mark(origin, attempt));
    Prepared prepared =
        original instanceof Logged logged
            ? prepare(stream, logged, mark)
            : prepare(stream, (Refused) original, origin, mark);
    return new Result(prepared.id(), prepared.message(), prepared.refusal());
  }

  /** The value of {@link LogHeaders#REDRIVE}. */
  public static String mark(String origin, int attempt) {
    return origin + ";" + attempt;
  }

  private Prepared prepare(ServedStream stream, Logged logged, Header mark) {
    IncomingRecord record = source.ofData(logged.bytes(), logged.attributes());
    Ingest ingest = ingest(stream, logged, logged.contentType());
    return preparation.again(
        ingest, record, logged.index(), logged.id(), logged.isSuppliedId() ? "i" : "", mark);
  }

  /** By today's rules also which id is its own; one that Leat makes is the same each time. */
  private Prepared prepare(ServedStream stream, Refused refused, String origin, Header mark) {
    IncomingRecord record = source.ofRecord(refused.bytes());
    Ingest ingest = ingest(stream, refused, null);
    String id = EventPreparation.ownId(ingest, record);
    id = id == null ? refused.id() : id;
    if (id != null) {
      return preparation.again(ingest, record, refused.index(), id, "", mark);
    }
    String made = UUID.nameUUIDFromBytes(origin.getBytes(StandardCharsets.UTF_8)).toString();
    return preparation.again(ingest, record, refused.index(), made, "i", mark);
  }

  private static Ingest ingest(
      ServedStream stream, Original original, @Nullable String contentType) {
    return new Ingest(
        stream,
        original.sender(),
        original.request(),
        original.receivedMicros(),
        null,
        contentType);
  }
}
