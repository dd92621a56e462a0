package io.leat.app.platform;

import io.leat.app.engine.RestorePoint;
import io.leat.app.engine.RestorePoints;
import io.leat.lake.maintenance.RestorableCheckpoints;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a job can be restored from, as it was when first asked. Owned by one thread. */
final class JobCheckpoints implements RestorableCheckpoints {
  private final RestorePoints points;
  private @Nullable List<Long> ids;

  JobCheckpoints(RestorePoints points) {
    this.points = points;
  }

  @Override
  public List<Long> ids() throws IOException {
    List<Long> known = ids;
    if (known == null) {
      known = points.all().stream().map(RestorePoint::checkpointId).toList();
      ids = known;
    }
    return known;
  }

  @Override
  public Set<String> naming(Collection<String> fileNames) throws IOException {
    return points.naming(fileNames);
  }
}
