package io.leat.files.place;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** What all clients of Amazon's services have in common. */
final class AwsClients {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration READ = Duration.ofSeconds(60);

  private AwsClients() {}

  /** With its connections, and with the keys that are configured, if any are. */
  static <B extends AwsClientBuilder<B, ?> & AwsSyncClientBuilder<B, ?>> B of(
      B builder, S3Settings settings) {
    B made =
        builder.httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(READ));
    S3Settings.Keys keys = settings.keys();
    if (keys == null) {
      return made;
    }
    String token = keys.token();
    return made.credentialsProvider(
        StaticCredentialsProvider.create(
            token == null
                ? AwsBasicCredentials.create(keys.id(), keys.secret())
                : AwsSessionCredentials.create(keys.id(), keys.secret(), token)));
  }
}
