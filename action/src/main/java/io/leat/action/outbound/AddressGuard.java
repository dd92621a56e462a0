package io.leat.action.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who may be connected to. Ranges are those of the IANA registries of special-purpose addresses
 * (RFC 6890 and what was added since), and the clouds' metadata services, which give out
 * credentials to whoever asks from within.
 */
final class AddressGuard {
  /** What an address is to a blueprint. */
  enum Reach {
    /** Anybody's. */
    PUBLIC,
    /** Of this machine or this network: only by {@code allow-private}. */
    PRIVATE,
    /** No target stands there: link-local, multicast, metadata services. */
    NEVER
  }

  private static final List<AddressRange> NEVER =
      ranges(
          "169.254.0.0/16", // link-local, with the metadata services of most clouds
          "168.63.129.16/32", // Azure
          "100.100.100.200/32", // Alibaba
          "192.0.0.192/32", // Oracle
          "fd00:ec2::/32", // AWS
          "fd20:ce::254/128", // Google
          "0.0.0.0/8",
          "224.0.0.0/3", // multicast, reserved, broadcast
          "::/128",
          "fe80::/10",
          "fec0::/10",
          "ff00::/8");

  private static final List<AddressRange> PRIVATE =
      ranges(
          "10.0.0.0/8",
          "100.64.0.0/10", // carrier-grade NAT
          "127.0.0.0/8",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "2001::/23", // Teredo and other protocols
          "2001:db8::/32",
          "2002::/16", // 6to4
          "3fff::/20");

  private static final AddressRange GLOBAL = AddressRange.of("2000::/3");

  /** IPv4 in the last four bytes: NAT64 (RFC 6052), the old compatible and translated ones. */
  private static final List<AddressRange> EMBEDDING =
      ranges("64:ff9b::/96", "::/96", "::ffff:0:0:0/96");

  private static final int IPV4 = 4;
  private static final int IPV6 = 16;

  private AddressGuard() {}

  private static List<AddressRange> ranges(String... cidrs) {
    return Stream.of(cidrs).map(AddressRange::of).toList();
  }

  /**
   * Judges an address. An IPv4 address inside an IPv6 one is judged as what it leads to; one that
   * is mapped ({@code ::ffff:10.0.0.1}) is an IPv4 address to Java already.
   */
  static Reach reach(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (in(NEVER, bytes)) {
      return Reach.NEVER;
    }
    if (bytes.length == IPV4) {
      return in(PRIVATE, bytes) ? Reach.PRIVATE : Reach.PUBLIC;
    }
    if (address.isLoopbackAddress()) {
      return Reach.PRIVATE;
    }
    if (in(EMBEDDING, bytes)) {
      return reach(embedded(bytes));
    }
    return GLOBAL.holds(bytes) && !in(PRIVATE, bytes) ? Reach.PUBLIC : Reach.PRIVATE;
  }

  private static boolean in(List<AddressRange> ranges, byte[] address) {
    return ranges.stream().anyMatch(range -> range.holds(address));
  }

  private static InetAddress embedded(byte[] address) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(address, IPV6 - IPV4, IPV6));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
