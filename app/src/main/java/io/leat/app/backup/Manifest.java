package io.leat.app.backup;

import io.leat.state.StateCopy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a backup consists of, and what it stands for. Written last: a backup without it is none.
 *
 * @param format of this file and of the layout beside it
 * @param id of the backup: when it was begun, in UTC
 * @param leat the version that wrote it
 * @param pointAt when the checkpoints were complete that tables and jobs are of
 * @param logUntil when the end of the log was taken: what was acknowledged before is in the backup
 * @param tookMillis how long it took
 * @param files all files
 * @param blueprints the folders as they were applied, as paths under the backup's own
 * @param tables the tables
 * @param jobs what the jobs remembered
 * @param logs the topics
 * @param books what the ledger counted
 * @param state the state tables
 */
public record Manifest(
    int format,
    String id,
    String leat,
    String pointAt,
    String logUntil,
    long tookMillis,
    List<StoredFile> files,
    List<BlueprintFolder> blueprints,
    List<LakeTable> tables,
    List<Job> jobs,
    List<Log> logs,
    List<Count> books,
    StateCopy.Contents state) {
  /** What this version writes and reads. */
  public static final int FORMAT = 1;

  public Manifest {
    files = List.copyOf(files);
    blueprints = List.copyOf(blueprints);
    tables = List.copyOf(tables);
    jobs = List.copyOf(jobs);
    logs = List.copyOf(logs);
    books = List.copyOf(books);
  }

  /** The folder of a blueprint: paths in it. */
  public record BlueprintFolder(String blueprint, List<String> files) {
    public BlueprintFolder {
      files = List.copyOf(files);
    }
  }

  /**
   * A table.
   *
   * @param location where it was
   * @param uuid its id, part of its files' paths
   * @param snapshot the copied one; null when it had no rows
   * @param rows of that snapshot
   * @param ages whether rows may have gone by their age, so that the ledger counts more
   * @param notes what Flink's sink noted in the snapshot
   */
  public record LakeTable(
      String namespace,
      String name,
      String location,
      String uuid,
      @Nullable Long snapshot,
      long rows,
      boolean ages,
      Map<String, String> notes) {
    public LakeTable {
      notes = Map.copyOf(notes);
    }

    /** As in SQL. */
    public String id() {
      return namespace + "." + name;
    }
  }

  /**
   * What a job remembered.
   *
   * @param checkpoint its number
   * @param state paths in the checkpoint's directory
   * @param idFiles deduplication's files by their paths among the job's, each with the path of the
   *     copy
   */
  public record Job(
      String blueprint, long checkpoint, List<String> state, Map<String, String> idFiles) {
    public Job {
      state = List.copyOf(state);
      idFiles = Map.copyOf(idFiles);
    }
  }

  /**
   * A topic in the epoch that it was in.
   *
   * @param ofRejected whether it is the one of refused records
   */
  public record Log(
      String blueprint,
      String stream,
      String topic,
      int epoch,
      boolean ofRejected,
      List<Partition> partitions) {
    public Log {
      partitions = List.copyOf(partitions);
    }
  }

  /**
   * The end of a partition's log.
   *
   * @param first the offset from which on the tables have nothing
   * @param next the offset behind the end
   * @param records kept of them; 0: there is no file
   */
  public record Partition(int partition, long first, long next, long records) {}

  /** What the ledger counted of a stream over all epochs. */
  public record Count(
      String blueprint,
      String stream,
      long logged,
      long raw,
      long processed,
      long duplicates,
      long quarantined) {}

  /** The folder of this backup alone. */
  public String folder() {
    return Backups.folder(id);
  }

  /** Where a table's metadata is. */
  public String metadata(LakeTable table) {
    return folder() + "/tables/" + table.id() + ".metadata.json";
  }

  /** Where the text of a state table is. */
  public String stateTable(String table) {
    return folder() + "/state/" + table + ".copy";
  }

  /** Where a file of a job's checkpoint is. */
  public String jobState(String blueprint, String file) {
    return folder() + "/jobs/" + blueprint + "/" + file;
  }

  /** Where a file of a blueprint is. */
  public String blueprint(String blueprint, String file) {
    return folder() + "/blueprints/" + blueprint + "/" + file;
  }

  /** Where the records of a partition are. */
  public String log(String topic, int partition) {
    return folder() + "/log/" + topic + "-" + partition + ".records";
  }

  /** The bytes of all files. */
  public long bytes() {
    return files.stream().mapToLong(StoredFile::bytes).sum();
  }

  /** The records of the log's end. */
  public long tail() {
    return logs.stream()
        .flatMap(log -> log.partitions().stream())
        .mapToLong(Partition::records)
        .sum();
  }
}
