package io.leat.app.demo;

import java.util.List;

/**
 * A question that the tables answer.
 *
 * @param text in words
 * @param sql the query
 */
record Question(String text, String sql) {
  /** What one asks of a fleet of machines. */
  static List<Question> ofFleet(String blueprint) {
    String processed = blueprint + "_processed.";
    return List.of(
        new Question(
            "Which machines ran hottest?",
            "SELECT device_id, round(max(temperature_c), 1) AS max_c, "
                + "round(avg(temperature_c), 1) AS mean_c, count(*) AS readings FROM "
                + processed
                + "telemetry WHERE temperature_c IS NOT NULL "
                + "GROUP BY device_id ORDER BY max_c DESC, device_id LIMIT 5"),
        new Question(
            "Which components fail?",
            "SELECT component, count(*) AS faults, "
                + "count(*) FILTER (WHERE severity IN ('major', 'critical')) AS serious, "
                + "count(DISTINCT device_id) AS machines FROM "
                + processed
                + "fault GROUP BY component ORDER BY faults DESC, component LIMIT 6"),
        new Question(
            "What was earned, hour by hour?",
            "SELECT strftime(date_trunc('hour', ts), '%Y-%m-%d %H:00') AS hour, "
                + "count(*) AS sales, CAST(sum(amount_minor) AS DOUBLE) / 100 AS revenue_eur FROM "
                + processed
                + "transaction WHERE result = 'approved' "
                + "GROUP BY 1 ORDER BY 1 DESC LIMIT 5"));
  }
}
