package io.leat.query;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Keeps an answer in memory. */
final class CollectingSink implements ResultSink {
  private final ObjectMapper mapper =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();
  private final CompletableFuture<QueryResult> result = new CompletableFuture<>();
  private final List<ArrayNode> rows = new ArrayList<>();
  private List<ResultColumn> columns = List.of();

  @Override
  public void columns(List<ResultColumn> columns) {
    this.columns = columns;
  }

  @Override
  public void rows(byte[] json) {
    try {
      for (JsonNode row : mapper.readTree(json)) {
        rows.add((ArrayNode) row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void done(QuerySummary summary) {
    result.complete(new QueryResult(columns, rows, summary));
  }

  @Override
  public void failed(LeatException failure) {
    result.completeExceptionally(failure);
  }

  QueryResult await(QueryHandle handle) {
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LeatException failure) {
        throw failure;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      handle.cancel();
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.QUERY_CANCELLED, "The query was cancelled", e);
    }
  }
}
