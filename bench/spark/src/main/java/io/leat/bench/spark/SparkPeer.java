package io.leat.bench.spark;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** A Parquet file to JSON lines by Spark, as often as asked for; one line for each time. */
public final class SparkPeer {
  private SparkPeer() {}

  /**
   * Converts.
   *
   * @param args the Parquet file, the folder of the output, how often
   */
  public static void main(String[] args) throws java.io.IOException {
    long began = ManagementFactory.getRuntimeMXBean().getStartTime();
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.log.level", "ERROR")
            .getOrCreate()) {
      for (int round = 1; round <= Integer.parseInt(args[2]); round++) {
        long begin = System.nanoTime();
        spark.read().parquet(args[0]).write().mode(SaveMode.Overwrite).json(args[1]);
        System.out.printf(
            Locale.ROOT,
            "%s round %d: %.2f s%s%n",
            Path.of(args[0]).getFileName(),
            round,
            (System.nanoTime() - begin) / 1e9,
            round > 1
                ? ""
                : String.format(
                    Locale.ROOT,
                    ", %.2f s from the start of the process",
                    (System.currentTimeMillis() - began) / 1e3));
      }
    }
  }
}
