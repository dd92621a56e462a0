package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a private key belongs to a certificate. Without the look a half replaced pair would be
 * taken and every handshake would fail.
 */
final class KeyPairCheck {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private KeyPairCheck() {}

  static void check(TlsSettings settings, byte[] certificatePem, byte[] keyPem) {
    try {
      PublicKey publicKey = certificate(certificatePem).getPublicKey();
      PrivateKey privateKey = privateKey(keyPem, publicKey.getAlgorithm());
      byte[] challenge = "leat".getBytes(StandardCharsets.US_ASCII);
      Signature signature = Signature.getInstance(algorithm(publicKey));
      signature.initSign(privateKey);
      signature.update(challenge);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(challenge);
      if (!signature.verify(signed)) {
        throw new GeneralSecurityException("the key belongs to another certificate");
      }
    } catch (GeneralSecurityException e) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The TLS key "
              + settings.key()
              + " (PEM, PKCS#8) and the certificate "
              + settings.certificate()
              + " cannot be used: "
              + e.getMessage(),
          e);
    }
  }

  private static X509Certificate certificate(byte[] pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
  }

  private static PrivateKey privateKey(byte[] pem, String algorithm)
      throws GeneralSecurityException {
    Matcher matcher = PKCS8.matcher(new String(pem, StandardCharsets.US_ASCII));
    if (!matcher.find()) {
      throw new GeneralSecurityException("there is no BEGIN PRIVATE KEY in the key's file");
    }
    byte[] der = Base64.getMimeDecoder().decode(matcher.group(1));
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  private static String algorithm(PublicKey key) throws GeneralSecurityException {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      case "Ed25519", "EdDSA" -> "Ed25519";
      default -> throw new GeneralSecurityException("keys of " + key.getAlgorithm());
    };
  }
}
