package io.leat.app.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The backups in a store. Each has a folder of its own; files that several need lie beside and
 * outlive the backup that wrote them. A backup is there when its manifest and the manifest's
 * checksum are.
 */
public final class Backups {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final String FOLDER = "backups/";
  private static final String BEGUN = "/begun";
  private static final String MANIFEST = "/manifest.json";
  private static final String CHECKSUM = "/manifest.json.sha256";
  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** A backup that began so long ago and has no manifest is given up. */
  private static final Duration GIVEN_UP = Duration.ofDays(1);

  private final BackupStore store;
  private final InstantSource clock;

  public Backups(BackupStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  static String folder(String id) {
    return FOLDER + id;
  }

  /**
   * Begins a backup: from now on nobody prunes.
   *
   * @return its id
   * @throws LeatException CONFLICT when the place holds something else
   */
  public String begin() {
    Map<String, Long> found = store.sizes(FOLDER);
    Map<String, Long> all = found.isEmpty() ? store.sizes("") : found;
    all.keySet().stream()
        .filter(path -> !path.startsWith(FOLDER) && !path.startsWith(StoredFile.SHARED))
        .findFirst()
        .ifPresent(
            foreign -> {
              throw new LeatException(
                  ErrorCode.CONFLICT,
                  store.root()
                      + " holds other files ("
                      + foreign
                      + "). Name an empty or a new place, or one that holds backups.");
            });
    String id = ID.format(clock.instant());
    if (found.keySet().stream().anyMatch(path -> path.startsWith(folder(id) + "/"))) {
      throw new LeatException(
          ErrorCode.CONFLICT, "There is a backup " + id + " already; try again in a moment");
    }
    try {
      store.create();
      store.write(folder(id) + BEGUN, out -> out.write('\n'));
      return id;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to " + store.root(), e);
    }
  }

  /** Completes a backup. */
  public void complete(Manifest manifest) throws IOException {
    Map<String, Long> sizes = store.sizes(StoredFile.SHARED);
    for (StoredFile file : manifest.files()) {
      Long size = file.isShared() ? sizes.get(file.path()) : Long.valueOf(file.bytes());
      if (size == null || size != file.bytes()) {
        throw new LeatException(
            ErrorCode.CONFLICT,
            "The file "
                + file.path()
                + " went while the backup was being written; repeat it, and prune at other times");
      }
    }
    byte[] json = JSON.writeValueAsBytes(manifest);
    StoredFile written =
        store.write(folder(manifest.id()) + MANIFEST, new ByteArrayInputStream(json));
    store.write(
        folder(manifest.id()) + CHECKSUM,
        out -> out.write((written.sha256() + "\n").getBytes(StandardCharsets.US_ASCII)));
    store.delete(folder(manifest.id()) + BEGUN);
  }

  /** Takes a backup away that was begun and cannot be completed; shared files stay. */
  public void abandon(String id) {
    store.deleteAll(folder(id) + "/");
  }

  /**
   * What is in the store.
   *
   * @param complete from the oldest to the newest
   * @param incomplete ids of those without a manifest, with when they began
   * @param damaged ids with what is wrong with their manifest
   */
  public record Listing(
      List<Manifest> complete, Map<String, Instant> incomplete, Map<String, String> damaged) {}

  /** Reads all manifests. */
  public Listing list() {
    Set<String> paths = store.sizes(FOLDER).keySet();
    Set<String> ids = new java.util.TreeSet<>();
    paths.forEach(path -> ids.add(path.substring(FOLDER.length()).replaceFirst("/.*", "")));
    List<Manifest> complete = new ArrayList<>();
    Map<String, Instant> incomplete = new TreeMap<>();
    Map<String, String> damaged = new TreeMap<>();
    for (String id : ids) {
      if (!paths.contains(folder(id) + CHECKSUM) && paths.contains(folder(id) + BEGUN)) {
        incomplete.put(id, begun(id));
        continue;
      }
      try {
        complete.add(read(id));
      } catch (IOException e) {
        damaged.put(id, String.valueOf(e.getMessage()));
      }
    }
    complete.sort(Comparator.comparing(Manifest::id));
    return new Listing(List.copyOf(complete), incomplete, damaged);
  }

  private static Instant begun(String id) {
    try {
      return ID.parse(id, Instant::from);
    } catch (java.time.format.DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }

  private Manifest read(String id) throws IOException {
    for (String file : List.of(MANIFEST, CHECKSUM)) {
      if (!store.exists(folder(id) + file)) {
        throw new IOException(folder(id) + file + " is missing");
      }
    }
    byte[] json = store.read(folder(id) + MANIFEST);
    String expected =
        new String(store.read(folder(id) + CHECKSUM), StandardCharsets.US_ASCII).strip();
    if (!BackupStore.sha256(new ByteArrayInputStream(json)).equals(expected)) {
      throw new IOException(folder(id) + MANIFEST + " is damaged: its checksum is another");
    }
    try {
      int format = JSON.readTree(json).path("format").asInt();
      if (format != Manifest.FORMAT) {
        throw new IOException(
            folder(id)
                + MANIFEST
                + " has format "
                + format
                + "; this Leat knows format "
                + Manifest.FORMAT
                + ". Use the Leat that wrote it");
      }
      return JSON.readValue(json, Manifest.class);
    } catch (JsonProcessingException e) {
      throw new IOException(folder(id) + MANIFEST + " is no manifest: " + e.getOriginalMessage());
    }
  }

  /**
   * One backup.
   *
   * @param id which; null: the newest
   * @throws LeatException NOT_FOUND when there is none, CONFLICT when its manifest is damaged
   */
  public Manifest find(@org.jspecify.annotations.Nullable String id) {
    if (id == null) {
      Listing all = list();
      if (all.complete().isEmpty()) {
        throw new LeatException(
            ErrorCode.NOT_FOUND,
            "There is no complete backup at "
                + store.root()
                + (all.damaged().isEmpty() ? "" : "; damaged: " + all.damaged().values()));
      }
      return all.complete().get(all.complete().size() - 1);
    }
    try {
      if (!store.exists(folder(id) + MANIFEST)) {
        throw new LeatException(
            ErrorCode.NOT_FOUND,
            "There is no complete backup '"
                + id
                + "' at "
                + store.root()
                + "; 'leat backup list' shows which there are");
      }
      return read(id);
    } catch (IOException e) {
      throw new LeatException(ErrorCode.CONFLICT, String.valueOf(e.getMessage()), e);
    }
  }

  /** The shared files that complete backups name, by path. */
  public Map<String, StoredFile> shared() {
    Map<String, StoredFile> shared = new HashMap<>();
    list()
        .complete()
        .forEach(
            manifest ->
                manifest.files().stream()
                    .filter(StoredFile::isShared)
                    .forEach(file -> shared.put(file.path(), file)));
    return shared;
  }

  /**
   * What pruning did.
   *
   * @param backups ids of those that went
   */
  public record Pruned(List<String> backups, long files, long bytes) {}

  /**
   * Deletes all but the newest complete backups, and the shared files that none of them needs.
   *
   * @param keep at least 1
   * @throws LeatException CONFLICT while a backup is being written, or when a manifest is damaged
   */
  public Pruned prune(int keep) {
    Listing all = list();
    refuseWhileBegun(all);
    if (!all.damaged().isEmpty()) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "What a damaged backup needs is not known: "
              + all.damaged().values()
              + ". Delete its folder if nothing of it is wanted, then prune again.");
    }
    int gone = Math.max(0, all.complete().size() - keep);
    List<String> ids = new ArrayList<>(all.incomplete().keySet());
    all.complete().subList(0, gone).forEach(manifest -> ids.add(manifest.id()));
    for (String id : ids) {
      store.delete(folder(id) + CHECKSUM); // from here on it is none
      store.deleteAll(folder(id) + "/");
    }
    Set<String> needed = new HashSet<>();
    all.complete()
        .subList(gone, all.complete().size())
        .forEach(manifest -> manifest.files().forEach(file -> needed.add(file.path())));
    Map<String, Long> unneeded = new LinkedHashMap<>(store.sizes(StoredFile.SHARED));
    unneeded.keySet().removeAll(needed);
    refuseWhileBegun(list());
    unneeded.keySet().forEach(store::delete);
    return new Pruned(
        List.copyOf(ids),
        unneeded.size(),
        unneeded.values().stream().mapToLong(Long::longValue).sum());
  }

  private void refuseWhileBegun(Listing all) {
    Optional<Map.Entry<String, Instant>> young =
        all.incomplete().entrySet().stream()
            .filter(one -> one.getValue().plus(GIVEN_UP).isAfter(clock.instant()))
            .findFirst();
    if (young.isPresent()) {
      String id = young.get().getKey();
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The backup "
              + id
              + " is being written, or was cut off less than a day ago. Prune when it is done; if"
              + " nobody writes it any more, delete "
              + store.root()
              + "/"
              + folder(id)
              + ".");
    }
  }
}
