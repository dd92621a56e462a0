package io.leat.action.target;

import io.leat.action.outbound.Addresses;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.outbound.Secrets;
import io.leat.rules.incident.TargetSpec;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;

/** What targets share, with every host on the loopback address. */
final class TestingPlaces {
  final Vertx vertx = Vertx.vertx();
  final Map<String, String> secrets = new ConcurrentHashMap<>();
  final Map<String, Object> kafka = new HashMap<>();
  SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();

  private final Addresses addresses =
      new Addresses(
          host -> new InetAddress[] {InetAddress.getLoopbackAddress()},
          r -> new Thread(r, "leat-resolve"));
  private final SafeHttp http = new SafeHttp(vertx, addresses);

  Target open(String kind, Duration timeout, Map<String, String> options) {
    Secrets kept = name -> Optional.ofNullable(secrets.get(name));
    return new TargetKinds(http, addresses, tls, kept, kafka, InstantSource.system())
        .open(
            new TargetSpec(
                "it",
                kind,
                options,
                new TargetSpec.Limits(
                    5,
                    Duration.ofSeconds(1),
                    1,
                    timeout,
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1),
                    Duration.ofHours(1))));
  }

  void close() throws Exception {
    http.close();
    addresses.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
