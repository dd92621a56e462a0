package io.leat.http;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 by PEM files, which are watched and reloaded without a restart.
 *
 * @param certificate the certificate chain
 * @param key the private key, PKCS#8
 * @param clientTrust certificates of the authorities that sign client certificates; null: client
 *     certificates are not asked for
 * @param checkEvery how often the files are looked at for changes
 */
public record TlsSettings(
    Path certificate, Path key, @Nullable Path clientTrust, Duration checkEvery) {}
