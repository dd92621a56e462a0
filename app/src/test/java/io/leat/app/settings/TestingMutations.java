package io.leat.app.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes documents that are almost right: the same seed makes the same ones. */
final class TestingMutations {
  private final Random random;
  private final List<JsonNode> pool;

  /**
   * @param pool values to put anywhere, a JSON array
   */
  TestingMutations(long seed, String pool) throws Exception {
    this.random = new Random(seed);
    this.pool = new ArrayList<>();
    new ObjectMapper().readTree(pool).forEach(this.pool::add);
  }

  /** A copy of {@code document} with one to three changes. */
  JsonNode mutate(JsonNode document) {
    JsonNode copy = document.deepCopy();
    for (int i = random.nextInt(3); i >= 0; i--) {
      List<ContainerNode<?>> containers = new ArrayList<>();
      collect(copy, containers);
      ContainerNode<?> container = containers.get(random.nextInt(containers.size()));
      if (container instanceof ObjectNode object) {
        mutate(object);
      } else if (container instanceof ArrayNode array) {
        mutate(array);
      }
    }
    return copy;
  }

  private void mutate(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    if (names.isEmpty() || random.nextInt(6) == 0) {
      object.set(random.nextBoolean() ? "unknown" : "Odd Name", value());
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    switch (random.nextInt(6)) {
      case 0 -> object.remove(name);
      case 1 -> object.set(name + "x", object.remove(name));
      case 2 -> object.set(name, new ObjectMapper().createArrayNode().add(object.get(name)));
      default -> object.set(name, value());
    }
  }

  private void mutate(ArrayNode array) {
    if (array.isEmpty() || random.nextInt(3) == 0) {
      array.add(value());
    } else if (random.nextInt(3) == 0) {
      array.remove(random.nextInt(array.size()));
    } else {
      array.set(random.nextInt(array.size()), value());
    }
  }

  private JsonNode value() {
    return pool.get(random.nextInt(pool.size())).deepCopy();
  }

  private static void collect(JsonNode node, List<ContainerNode<?>> containers) {
    if (node instanceof ContainerNode<?> container) {
      containers.add(container);
      node.forEach(child -> collect(child, containers));
    }
  }
}
