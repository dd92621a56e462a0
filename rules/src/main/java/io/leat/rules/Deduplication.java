package io.leat.rules;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Decides whether an event was seen before. The scope of an id is (stream, client, entity key,
 * event id); the window runs on the time at which the gateway received the event, so that neither a
 * device's clock nor a backlog moves it. Not thread-safe: it owns a digest and a buffer.
 */
public final class Deduplication {
  private final long windowMicros;
  private final MessageDigest digest;
  private final CRC32 crc32 = new CRC32();
  private final CRC32C crc32c = new CRC32C();
  private ByteBuffer scope = ByteBuffer.allocate(256);

  /**
   * @param window how long after its first sighting an id still counts as seen; positive
   */
  public Deduplication(Duration window) {
    this.windowMicros = window.toNanos() / 1_000;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What an event is in the light of what was seen under its id. */
  public enum Sighting {
    FIRST,
    /** The same id with the same payload. */
    DUPLICATE,
    /** The same id with another payload. */
    CONFLICT
  }

  /**
   * An event's identity: 128 bits of SHA-256 over its scope, so that no client can construct a
   * collision with another.
   *
   * @param high the first 64 bits
   * @param low the next 64 bits
   */
  public record Identity(long high, long low) {}

  /** The identity of an event id in its scope, each part in UTF-8. */
  public Identity identity(byte[] stream, byte[] client, byte[] key, byte[] eventId) {
    int length = stream.length + client.length + key.length + eventId.length + 4 * Integer.BYTES;
    if (scope.capacity() < length) {
      scope = ByteBuffer.allocate(length * 2);
    }
    scope.clear();
    // Lengths first, so that no two scopes read the same.
    scope.putInt(stream.length).put(stream).putInt(client.length).put(client);
    scope.putInt(key.length).put(key).putInt(eventId.length).put(eventId);
    digest.update(scope.array(), 0, scope.position());
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new Identity(hash.getLong(), hash.getLong());
  }

  /**
   * 64 bits that tell payloads of one identity apart: CRC-32 and CRC-32C, which processors compute.
   * Whoever constructs two payloads alike sends himself a duplicate in place of a conflict, and
   * nobody else, as the client is part of the identity.
   */
  public long payloadHash(byte[] payload) {
    crc32.reset();
    crc32.update(payload);
    crc32c.reset();
    crc32c.update(payload);
    return (crc32.getValue() << Integer.SIZE) | crc32c.getValue();
  }

  /**
   * Judges an event whose id is stored.
   *
   * @param storedHash payload hash of the first sighting
   * @param storedReceived its receive time, microseconds since the epoch
   * @param hash payload hash of this event
   * @param received its receive time, microseconds since the epoch
   */
  public Sighting judge(long storedHash, long storedReceived, long hash, long received) {
    if (isExpired(storedReceived, received)) {
      return Sighting.FIRST;
    }
    return storedHash == hash ? Sighting.DUPLICATE : Sighting.CONFLICT;
  }

  /**
   * Whether an id first seen at {@code storedReceived} no longer counts at {@code now}, both in
   * microseconds.
   */
  public boolean isExpired(long storedReceived, long now) {
    return now - storedReceived >= windowMicros;
  }
}
