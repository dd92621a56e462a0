package io.leat.action.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses that begin with the same bits. */
final class AddressRange {
  private final byte[] network;
  private final int bits;

  private AddressRange(byte[] network, int bits) {
    this.network = network;
    this.bits = bits;
  }

  /** {@code 10.0.0.0/8}: a literal, so that nothing is looked up. */
  static AddressRange of(String cidr) {
    int slash = cidr.indexOf('/');
    try {
      return new AddressRange(
          InetAddress.getByName(cidr.substring(0, slash)).getAddress(),
          Integer.parseInt(cidr.substring(slash + 1)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(cidr, e);
    }
  }

  boolean holds(byte[] address) {
    if (address.length != network.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit += Byte.SIZE) {
      int mask = bits - bit >= Byte.SIZE ? 0xff : 0xff << (Byte.SIZE - (bits - bit)) & 0xff;
      int at = bit / Byte.SIZE;
      if ((address[at] & mask) != (network[at] & mask)) {
        return false;
      }
    }
    return true;
  }
}
