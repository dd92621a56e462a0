package io.leat.files.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.Totals;
import io.leat.parquet.ParquetFile;
import io.leat.parquet.PartSummary;
import io.leat.parquet.Rejections;
import io.leat.rules.file.ConvertSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an output is made of, and of what: written last, it is what makes the output visible.
 * docs/reference/files.md explains its members.
 *
 * @param json the document
 */
record Manifest(JsonNode json) {
  /** The version of this format. */
  private static final int VERSION = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * A part by its name.
   *
   * @param holds what is in it
   */
  record Part(String name, PartSummary holds) {}

  /**
   * What is told of a conversion.
   *
   * @param parts in their order
   * @param totals of all of them
   * @param rejected by reason
   * @param engine which program converted it
   * @param took milliseconds by step
   */
  record Facts(
      List<Part> parts,
      Totals totals,
      Map<String, Rejections> rejected,
      String engine,
      String worker,
      Map<String, Long> took,
      Instant at) {}

  static Manifest of(
      LedgerFile file, String sha256, ParquetFile parquet, ConvertSpec convert, Facts facts) {
    ObjectNode json = JSON.createObjectNode();
    json.put("manifest", VERSION);
    ObjectNode of = json.putObject("file");
    of.put("id", file.id());
    of.put("blueprint", file.seen().blueprint());
    of.put("source", file.seen().source());
    of.put("name", file.seen().name());
    of.put("location", file.seen().location());
    of.put("version", file.seen().version());
    of.put("size", file.seen().size());
    of.put("sha256", sha256);
    of.put("discovered_at", file.discoveredAt().toString());
    of.put("created_by", parquet.createdBy());
    of.put("row_groups", parquet.rowGroups().size());
    ObjectNode rows = json.putObject("rows");
    rows.put("in", facts.totals().rowsIn());
    rows.put("out", facts.totals().rowsOut());
    rows.put("filtered", facts.totals().rowsFiltered());
    rows.put("rejected", facts.totals().rowsRejected());
    ArrayNode rejected = json.putArray("rejected");
    facts
        .rejected()
        .forEach(
            (reason, rejections) -> {
              ObjectNode one = rejected.addObject();
              one.put("reason", reason);
              one.put("rows", rejections.count());
              ArrayNode first = one.putArray("first_rows");
              rejections.firstRows().forEach(first::add);
            });
    output(json.putObject("output"), convert, facts);
    json.set("schema", schema(parquet));
    json.put("engine", facts.engine());
    json.put("attempt", file.fence());
    json.put("worker", facts.worker());
    ObjectNode took = json.putObject("took_ms");
    facts.took().forEach(took::put);
    json.put("published_at", facts.at().toString());
    return new Manifest(json);
  }

  private static void output(ObjectNode output, ConvertSpec convert, Facts facts) {
    output.put("layout", convert.layout().name().toLowerCase(java.util.Locale.ROOT));
    output.put("compression", convert.compression().name().toLowerCase(java.util.Locale.ROOT));
    output.put("bytes", facts.totals().bytes());
    ArrayNode parts = output.putArray("parts");
    for (Part part : facts.parts()) {
      ObjectNode one = parts.addObject();
      one.put("name", part.name());
      one.put("rows", part.holds().rows());
      one.put("bytes", part.holds().bytes());
      one.put("json_bytes", part.holds().jsonBytes());
      one.put("sha256", part.holds().sha256());
    }
  }

  /** With it, JSON can be made Parquet again. */
  private static JsonNode schema(ParquetFile parquet) {
    try {
      return JSON.readTree(parquet.schema().json());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads one.
   *
   * @throws IOException when it is none
   */
  static Manifest read(byte[] bytes) throws IOException {
    JsonNode json = JSON.readTree(bytes);
    if (!json.path("manifest").isInt() || !json.path("output").path("parts").isArray()) {
      throw new IOException("What lies at the output's place is no manifest");
    }
    return new Manifest(json);
  }

  byte[] bytes() {
    try {
      return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whose output it is. */
  String file() {
    return json.path("file").path("id").asText();
  }

  Totals totals() {
    JsonNode rows = json.path("rows");
    return new Totals(
        rows.path("in").asLong(),
        rows.path("out").asLong(),
        rows.path("filtered").asLong(),
        rows.path("rejected").asLong(),
        json.path("output").path("parts").size(),
        json.path("output").path("bytes").asLong());
  }

  /** By name, how many rows. */
  List<Part> parts() {
    List<Part> all = new ArrayList<>();
    for (JsonNode part : json.path("output").path("parts")) {
      all.add(
          new Part(
              part.path("name").asText(),
              new PartSummary(
                  all.size(),
                  part.path("rows").asLong(),
                  part.path("bytes").asLong(),
                  part.path("json_bytes").asLong(),
                  part.path("sha256").asText())));
    }
    return all;
  }

  ConvertSpec.Compression compression() {
    return ConvertSpec.Compression.valueOf(
        json.path("output").path("compression").asText("none").toUpperCase(java.util.Locale.ROOT));
  }

  Instant publishedAt() {
    try {
      return Instant.parse(json.path("published_at").asText());
    } catch (DateTimeException e) {
      return Instant.EPOCH;
    }
  }
}
