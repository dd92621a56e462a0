package io.leat.files.place;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.rules.file.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A bucket. Parts have the number of their attempt in their names and are seen by nobody who reads
 * the manifest, which is created last, if there is none. What attempts left is removed only once a
 * manifest says what is not left over: an attempt that was taken over may still publish.
 */
public final class BucketPlace implements OutputPlace {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The smallest piece of S3 but for the last is 5 MiB, and there are at most 10,000. */
  private static final int PIECE = 16 << 20;

  private final ObjectStore store;
  private final Place.Bucket root;

  public BucketPlace(ObjectStore store, Place.Bucket root) {
    this.store = store;
    this.root = root;
  }

  @Override
  public String destination(String below) {
    return new ObjectAddress(root.bucket(), root.key(below)).text();
  }

  @Override
  public Optional<byte[]> manifest(String destination) throws IOException {
    ObjectAddress at = ObjectAddress.of(destination);
    try (InputStream content = store.read(at.bucket(), at.below(MANIFEST), null)) {
      return Optional.of(content.readAllBytes());
    } catch (StoreException e) {
      if (e.status() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Staging stage(String destination, String file, long fence, @Nullable Long from) {
    return new InBucket(ObjectAddress.of(destination));
  }

  @Override
  public void clean(String destination, String file, byte @Nullable [] manifest)
      throws IOException {
    if (manifest == null) {
      return;
    }
    Set<String> kept = new HashSet<>();
    kept.add(MANIFEST);
    for (JsonNode part : JSON.readTree(manifest).path("output").path("parts")) {
      kept.add(part.path("name").asText());
    }
    ObjectAddress at = ObjectAddress.of(destination);
    List<String> left = new ArrayList<>();
    store.list(
        at.bucket(),
        at.below(""),
        found -> {
          if (!kept.contains(found.key().substring(at.below("").length()))) {
            left.add(found.key());
          }
        });
    for (String key : left) {
      store.remove(at.bucket(), key);
    }
  }

  @Override
  public InputStream read(String destination, String part) throws IOException {
    ObjectAddress at = ObjectAddress.of(destination);
    return store.read(at.bucket(), at.below(part), null);
  }

  private final class InBucket implements Staging {
    private final ObjectAddress output;

    InBucket(ObjectAddress output) {
      this.output = output;
    }

    @Override
    public PartFile part(String name) {
      return new InPieces(output.bucket(), output.below(name));
    }

    @Override
    public InputStream read(String name) throws IOException {
      return store.read(output.bucket(), output.below(name), null);
    }

    @Override
    public void keepOnly(Collection<String> names) {
      // What nobody names is removed when a manifest is there.
    }

    @Override
    public boolean publish(byte[] manifest) throws IOException {
      return store.create(output.bucket(), output.below(MANIFEST), manifest);
    }
  }

  /** An object that is sent while it is made. */
  private final class InPieces implements Staging.PartFile {
    private final String bucket;
    private final String key;
    private final List<CompletedPart> pieces = new ArrayList<>();
    private byte[] piece = new byte[1 << 16];
    private int size;
    private @Nullable String upload;

    InPieces(String bucket, String key) {
      this.bucket = bucket;
      this.key = key;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        int count = Math.min(bytes.remaining(), PIECE - size);
        if (size + count > piece.length) {
          piece =
              java.util.Arrays.copyOf(
                  piece, Math.min(PIECE, Math.max(2 * piece.length, size + count)));
        }
        bytes.get(piece, size, count);
        size += count;
        if (size == PIECE) {
          send();
        }
      }
    }

    private void send() throws IOException {
      String mine = upload;
      if (mine == null) {
        store.begin(bucket, key, id -> upload = id);
        mine = java.util.Objects.requireNonNull(upload);
      }
      pieces.add(store.piece(bucket, key, mine, pieces.size() + 1, piece, size));
      size = 0;
    }

    @Override
    public void complete() throws IOException {
      String mine = upload;
      if (mine == null) {
        store.write(bucket, key, piece, size);
      } else {
        if (size > 0) {
          send();
        }
        store.complete(bucket, key, mine, pieces);
      }
      piece = new byte[0];
    }

    @Override
    public void abort() {
      String mine = upload;
      piece = new byte[0];
      if (mine != null) {
        try {
          store.abort(bucket, key, mine);
        } catch (IOException e) {
          // The bucket's lifecycle rule for uploads that were not completed removes it.
          return;
        }
      }
    }
  }
}
