package io.leat.query;

import io.leat.event.LeatException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The parts of answers that are JSON in every format. */
final class AnswerJson {
  private AnswerJson() {}

  static JsonArray columns(List<ResultColumn> columns) {
    JsonArray array = new JsonArray();
    columns.forEach(
        column ->
            array.add(new JsonObject().put("name", column.name()).put("type", column.type())));
    return array;
  }

  static JsonObject summary(QuerySummary summary) {
    return new JsonObject()
        .put("rows", summary.rows())
        .put("truncated", summary.truncated())
        .put("millis", summary.millis())
        .put("files_scanned", summary.filesScanned())
        .put("files_skipped", summary.filesSkipped())
        .put("bytes_planned", summary.bytesPlanned());
  }

  /** A problem document's members, for an answer whose status is out already. */
  static JsonObject error(LeatException failure) {
    return new JsonObject()
        .put("type", failure.code().type())
        .put("title", failure.code().title())
        .put("status", failure.code().httpStatus())
        .put("detail", failure.getMessage())
        .put("code", failure.code().code());
  }
}
