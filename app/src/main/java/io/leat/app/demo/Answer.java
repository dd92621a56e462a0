package io.leat.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A question with its answer.
 *
 * @param question what was asked
 * @param columns the names of the columns
 * @param rows arrays with a value a column
 * @param millis how long it took
 */
record Answer(Question question, List<String> columns, List<JsonNode> rows, long millis) {}
