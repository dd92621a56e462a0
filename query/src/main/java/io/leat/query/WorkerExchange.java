package io.leat.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.query.planning.ComputedTimes;
import io.leat.query.planning.ParsedQuery;
import io.leat.query.process.WorkerPool;
import io.leat.query.process.WorkerProcess;
import io.leat.query.worker.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What a query's thread asks its worker, one request after the other, and what it hears. Knows
 * whether the worker still owes an answer, and by that what is to become of it.
 */
final class WorkerExchange {
  private final WorkerProcess process;
  private final ObjectMapper mapper;
  private final WorkerMessages messages;
  private final BooleanSupplier stopped;

  private boolean isBusy;
  private boolean hasCrashed;

  /**
   * With a borrowed worker.
   *
   * @param stopped whether the query is to end: its rows are then read but not passed on
   */
  WorkerExchange(
      WorkerProcess process,
      ObjectMapper mapper,
      WorkerMessages messages,
      BooleanSupplier stopped) {
    this.process = process;
    this.mapper = mapper;
    this.messages = messages;
    this.stopped = stopped;
  }

  /** The statement, parsed and judged. */
  ParsedQuery parse(String sql) throws IOException {
    Frame tree = request(new Frame(Frame.ANALYZE, sql.getBytes(StandardCharsets.UTF_8)));
    return ParsedQuery.of(mapper, tree.payload());
  }

  /** The values of the statement's times, if it has any, when it is {@code now}. */
  ComputedTimes compute(List<JsonNode> times, Instant now) throws IOException {
    if (times.isEmpty()) {
      return ComputedTimes.NONE;
    }
    Frame values = request(new Frame(Frame.COMPUTE, messages.compute(times, now)));
    return ComputedTimes.of(times, mapper.readTree(values.payload()));
  }

  /** Runs a query and passes its answer on; returns the worker's summary. */
  JsonNode execute(byte[] query, ResultSink sink, Room room) throws IOException {
    send(new Frame(Frame.EXECUTE, query));
    while (true) {
      Frame frame = receive();
      switch (frame.type()) {
        case Frame.COLUMNS -> {
          if (!stopped.getAsBoolean()) {
            sink.columns(messages.columns(frame));
          }
        }
        case Frame.ROWS -> {
          if (!stopped.getAsBoolean()) {
            sink.rows(frame.payload());
            room.await(sink);
          }
        }
        case Frame.DONE -> {
          isBusy = false;
          return mapper.readTree(frame.payload());
        }
        default -> throw new IOException("The worker sent a frame of type " + frame.type());
      }
    }
  }

  private Frame request(Frame request) throws IOException {
    send(request);
    Frame answer = receive();
    isBusy = false;
    return answer;
  }

  private void send(Frame request) throws IOException {
    isBusy = true;
    try {
      process.send(request);
    } catch (IOException e) {
      hasCrashed = true;
      throw e;
    }
  }

  /** The next frame, unless it tells of a failure. */
  private Frame receive() throws IOException {
    Frame frame;
    try {
      frame = process.receive();
    } catch (IOException e) {
      hasCrashed = true;
      throw e;
    }
    if (frame.type() == Frame.FAILED) {
      isBusy = false;
      throw messages.failure(frame);
    }
    return frame;
  }

  /** Lets go of the worker: back to the pool if it owes nothing. */
  void end(WorkerPool pool) {
    if (!isBusy) {
      pool.giveBack(process);
    } else if (hasCrashed && !stopped.getAsBoolean()) {
      pool.crashed(process);
    } else {
      pool.discard(process);
    }
  }
}
