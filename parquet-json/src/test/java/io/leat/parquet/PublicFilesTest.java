package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that others wrote over the years: those with which Apache Spark, Apache Drill and
 * parquet-java test themselves, out of their jars. What can be read equals DuckDB's reading, value
 * for value; what cannot be read is refused with a category.
 */
class PublicFilesTest {
  private static final Path FILES = Path.of("target", "public-files");
  private static final String EQUAL = "equal";

  /** What is refused, and why. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "drill/multilevel/parquetWithBadFormat/1996/Q1/badFormat.parquet", "CORRUPT not-parquet",
          "drill/project/pushdown/empty.parquet", "CORRUPT not-parquet",
          "drill/supplier_lzo.parquet", "UNSUPPORTED codec",
          // Its only page has a checksum of nothing that is in it. DuckDB does not look at it.
          "spark/test-data/delta_length_byte_array.parquet", "CORRUPT bad-checksum");

  /** Which DuckDB reads otherwise than the format says, or cannot compare, and a row of it. */
  private static final Map<String, String> OTHERWISE =
      Map.of(
          // Bytes without a meaning are base64, inside of groups, lists and maps, too.
          "drill/parquet/hive_all/hive_alltypes.parquet",
          "\"c6\":{\"1\":\"eA==\",\"2\":\"eQ==\"}",
          // parquet-java calls intervals UNKNOWN in the newer way, INTERVAL in the older one.
          "drill/parquet/interval_dictionary.parquet",
          "{\"_INTERVAL_fixed_len_byte_array_12\":"
              + "{\"months\":16843009,\"days\":16843009,\"millis\":16843009}}",
          "drill/parquet/nullable_interval_dictionary.parquet",
          "{\"_INTERVAL_fixed_len_byte_array_12\":"
              + "{\"months\":16843009,\"days\":16843009,\"millis\":16843009}}",
          "spark/test-data/interval-using-fixed-len-byte-array.parquet",
          "{\"my_list\":{\"duration\":"
              + "{\"months\":842084657,\"days\":858993202,\"millis\":875836467}}}",
          "drill/store/parquet/complex/repeated_types.parquet",
          "\"interval_list\":[{\"months\":875770417,\"days\":943142453,\"millis\":1650536505},",
          // Numbers that do not fit their declared width are told as they are.
          "drill/parquet/uint_types.parquet",
          "\"int8_field\":255,\"int16_field\":65535,\"required_uint8_field\":4294967295,",
          // A repeated group is a list of groups unless it is annotated as LIST.
          "spark/test-data/group-field-with-enum-as-logical-annotation.parquet",
          "{\"my_list\":{\"list\":[{\"element\":\"hello\"}]}}",
          "spark/test-data/nested-array-struct.parquet",
          "{\"primitive\":2,\"myComplex\":[{\"id\":1,\"repeatedMessage\":[{\"someId\":3}]}]}",
          "spark/test-data/proto-struct-with-array.parquet",
          "\"repeatedMessage\":[{\"someId\":9},{\"someId\":10}]}");

  @Test
  void eachIsReadAsDuckDbReadsItOrRefused(@TempDir Path directory) throws Exception {
    Map<String, String> unexpected = new TreeMap<>();
    int equal = 0;
    List<String> onlyOurs = new ArrayList<>();
    try (Ducks ducks = new Ducks()) {
      for (Path file : files()) {
        String name = FILES.relativize(file).toString().replace('\\', '/');
        Path json = directory.resolve("out.json");
        String outcome = outcome(ducks, file, json);
        if (outcome.equals(EQUAL)) {
          equal++;
        } else if (outcome.startsWith("DuckDB refuses")) {
          onlyOurs.add(name);
        } else if (OTHERWISE.containsKey(name) && Files.exists(json)) {
          if (!Files.readString(json).contains(OTHERWISE.get(name))) {
            unexpected.put(name, Files.readString(json));
          }
        } else if (!outcome.equals(REFUSED.get(name))) {
          unexpected.put(name, outcome);
        }
        Files.deleteIfExists(json);
      }
    }
    assertThat(unexpected).isEmpty();
    assertThat(equal).isEqualTo(271);
    assertThat(onlyOurs)
        .hasSize(14)
        .allMatch(
            name -> name.contains("_simple") || name.contains("_complex") || name.contains("lz4"));
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(FILES)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.toString().matches(".*\\.(parquet|parq)"))
          .sorted()
          .toList();
    }
  }

  private static String outcome(Ducks ducks, Path file, Path json) throws Exception {
    try {
      Files.writeString(json, Converting.json(file, JsonOptions.DEFAULT, 2));
    } catch (FileException e) {
      return e.category() + " " + e.code();
    }
    try {
      ducks.get().rows("SELECT count(hash(t)) FROM read_parquet('" + file + "') t");
    } catch (SQLException e) {
      ducks.close();
      return "DuckDB refuses: " + e.getMessage();
    }
    try {
      List<List<String>> differences = ducks.get().differences(file.toString(), json.toString());
      return differences.isEmpty() ? EQUAL : "differs: " + differences;
    } catch (SQLException e) {
      ducks.close();
      return "cannot be compared: " + e.getMessage();
    }
  }

  /** A connection is of no use behind an error. */
  private static final class Ducks implements AutoCloseable {
    private @Nullable DuckDb duck;

    DuckDb get() throws SQLException {
      DuckDb now = duck == null ? new DuckDb() : duck;
      duck = now;
      return now;
    }

    @Override
    public void close() throws SQLException {
      if (duck != null) {
        duck.close();
        duck = null;
      }
    }
  }
}
