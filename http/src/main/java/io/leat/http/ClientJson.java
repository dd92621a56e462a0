package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.Client;
import io.leat.state.NewClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Clients as JSON. Secrets and their hashes are never written. */
final class ClientJson {
  private static final Set<String> MEMBERS =
      Set.of("name", "roles", "streams", "entity_keys", "rate", "certificate", "expires_at");

  private ClientJson() {}

  static JsonObject write(Client client) {
    JsonObject json =
        new JsonObject()
            .put("id", client.id())
            .put("name", client.name())
            .put("roles", new JsonArray(client.roles()))
            .put("streams", new JsonArray(client.streams()))
            .put("entity_keys", new JsonArray(client.entityKeys()))
            .put("created_at", client.createdAt().toString());
    Client.Rate rate = client.rate();
    if (rate != null) {
      json.put(
          "rate", new JsonObject().put("per_second", rate.perSecond()).put("burst", rate.burst()));
    }
    Client.Certificate certificate = client.certificate();
    if (certificate != null) {
      JsonObject shown = new JsonObject();
      put(shown, "fingerprint", certificate.fingerprint());
      put(shown, "subject", certificate.subject());
      json.put("certificate", shown);
    }
    put(json, "expires_at", client.expiresAt());
    put(json, "revoked_at", client.revokedAt());
    return json;
  }

  /**
   * The client that a request asks for.
   *
   * @throws LeatException MALFORMED_JSON or BAD_REQUEST, naming the member
   */
  static NewClient read(byte[] body) {
    JsonObject json;
    try {
      json = new JsonObject(Buffer.buffer(body));
    } catch (DecodeException | ClassCastException e) {
      throw new LeatException(ErrorCode.MALFORMED_JSON, "The body is not a JSON object", e);
    }
    try {
      known(json, MEMBERS);
      List<String> roles = texts(json, "roles");
      roles.forEach(Role::of);
      List<String> streams = json.containsKey("streams") ? texts(json, "streams") : List.of("*");
      return new NewClient(
          text(json, "name"),
          roles,
          new StreamScope(streams).patterns(),
          texts(json, "entity_keys"),
          rate(json.getJsonObject("rate")),
          certificate(json.getJsonObject("certificate")),
          optionalText(json, "expires_at") == null
              ? null
              : Instant.parse(text(json, "expires_at")));
    } catch (ClassCastException e) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST, "A member of the client has the wrong JSON type", e);
    } catch (DateTimeException e) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST, "expires_at must be a time such as 2026-12-31T00:00:00Z", e);
    } catch (IllegalArgumentException e) {
      throw new LeatException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), e);
    }
  }

  private static Client.@Nullable Rate rate(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
    known(json, Set.of("per_second", "burst"));
    Double perSecond = json.getDouble("per_second");
    Long burst = json.getLong("burst");
    if (perSecond == null || burst == null) {
      throw new IllegalArgumentException("rate needs per_second and burst");
    }
    RateLimit checked = new RateLimit(perSecond, burst);
    return new Client.Rate(checked.perSecond(), checked.burst());
  }

  private static Client.@Nullable Certificate certificate(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
    known(json, Set.of("fingerprint", "subject"));
    return new Client.Certificate(optionalText(json, "fingerprint"), optionalText(json, "subject"));
  }

  private static void known(JsonObject json, Set<String> members) {
    for (String name : json.fieldNames()) {
      if (!members.contains(name)) {
        throw new IllegalArgumentException(
            "'" + name + "' is not known here. Known are " + new TreeSet<>(members));
      }
    }
  }

  private static String text(JsonObject json, String member) {
    String text = optionalText(json, member);
    if (text == null) {
      throw new IllegalArgumentException(member + " is missing");
    }
    return text;
  }

  /** The text; unlike {@link JsonObject#getString} it takes no number for one. */
  private static @Nullable String optionalText(JsonObject json, String member) {
    Object value = json.getValue(member);
    if (value != null && !(value instanceof String)) {
      throw new IllegalArgumentException(member + " must be a text");
    }
    return (String) value;
  }

  private static List<String> texts(JsonObject json, String member) {
    JsonArray array = json.getJsonArray(member, new JsonArray());
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      if (!(array.getValue(i) instanceof String text)) {
        throw new IllegalArgumentException(member + " must hold texts only");
      }
      texts.add(text);
    }
    return texts;
  }

  private static void put(JsonObject json, String member, @Nullable Object value) {
    if (value != null) {
      json.put(member, value.toString());
    }
  }
}
