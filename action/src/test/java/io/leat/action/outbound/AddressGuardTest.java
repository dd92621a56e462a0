package io.leat.action.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "64:ff9b::8.8.8.8"
      })
  void anybodysAddressesArePublic(String address) throws Exception {
    assertThat(AddressGuard.reach(InetAddress.getByName(address)))
        .isEqualTo(AddressGuard.Reach.PUBLIC);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.255.255.254",
        "127.1",
        "2130706433",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.0.8",
        "198.18.0.1",
        "203.0.113.9",
        "::1",
        "fd12:3456::1",
        "2001:db8::1",
        "2001::1",
        "2002:a00:1::1",
        "64:ff9b:1::1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:0:10.0.0.1",
        "::10.0.0.1",
        "4000::1"
      })
  void addressesInsideArePrivate(String address) throws Exception {
    assertThat(AddressGuard.reach(InetAddress.getByName(address)))
        .isEqualTo(AddressGuard.Reach.PRIVATE);
  }

  @ParameterizedTest
  @CsvSource({
    "169.254.169.254, AWS and most others",
    "::ffff:169.254.169.254, mapped",
    "64:ff9b::169.254.169.254, by NAT64",
    "fd00:ec2::254, AWS by IPv6",
    "fd20:ce::254, Google by IPv6",
    "168.63.129.16, Azure",
    "100.100.100.200, Alibaba",
    "192.0.0.192, Oracle",
    "169.254.1.1, link-local",
    "fe80::1, link-local",
    "fec0::1, site-local of old",
    "224.0.0.1, multicast",
    "ff02::1, multicast",
    "255.255.255.255, broadcast",
    "240.0.0.1, reserved",
    "0.0.0.0, this machine",
    ":: , this machine"
  })
  void noTargetStandsThere(String address, String what) throws Exception {
    assertThat(AddressGuard.reach(InetAddress.getByName(address)))
        .as(what)
        .isEqualTo(AddressGuard.Reach.NEVER);
  }
}
