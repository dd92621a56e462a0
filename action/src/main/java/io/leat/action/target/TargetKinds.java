package io.leat.action.target;

import io.leat.action.outbound.Addresses;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.outbound.Secrets;
import io.leat.rules.incident.TargetKind;
import io.leat.rules.incident.TargetSpec;
import java.time.InstantSource;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;

/** Makes targets of what blueprints declare. */
public final class TargetKinds {
  private final SafeHttp http;
  private final Addresses addresses;
  private final SSLSocketFactory tls;
  private final Secrets secrets;
  private final Map<String, Object> kafka;
  private final InstantSource clock;

  /**
   * What all targets share. Nothing is closed with them.
   *
   * @param http for those that speak it
   * @param addresses for mail
   * @param tls for mail: whose certificates are good
   * @param secrets asked at each delivery
   * @param kafka properties of a client of Leat's Kafka, with its security
   * @param clock for signatures and mail
   */
  public TargetKinds(
      SafeHttp http,
      Addresses addresses,
      SSLSocketFactory tls,
      Secrets secrets,
      Map<String, Object> kafka,
      InstantSource clock) {
    this.http = http;
    this.addresses = addresses;
    this.tls = tls;
    this.secrets = secrets;
    this.kafka = Map.copyOf(kafka);
    this.clock = clock;
  }

  /**
   * Makes a target; nothing is connected or looked up yet. Whoever asked for it closes it.
   *
   * @throws IllegalArgumentException if there is no such kind or its options are wrong: {@link
   *     TargetKind#problems} tells before
   */
  public Target open(TargetSpec spec) {
    TargetKind kind =
        TargetKind.of(spec.kind())
            .orElseThrow(() -> new IllegalArgumentException("no kind '" + spec.kind() + "'"));
    TargetSettings settings = new TargetSettings(kind, spec, secrets);
    return switch (kind) {
      case SERVICENOW ->
          settings.text("api").equals("events")
              ? new ServiceNowEvents(http, settings, clock)
              : new ServiceNowIncidents(http, settings, clock);
      case SLACK -> new SlackTarget(http, settings, clock);
      case PAGERDUTY -> new PagerDutyTarget(http, settings, clock);
      case WEBHOOK -> new WebhookTarget(http, settings, clock);
      case EMAIL -> new EmailTarget(addresses, tls, settings, clock);
      case KAFKA -> new KafkaTarget(settings, kafka);
      case LOG -> new LogTarget();
    };
  }
}
