package io.leat.action.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AddressesTest {
  private static final Duration SECONDS = Duration.ofSeconds(20);

  private static Addresses resolving(String... addresses) {
    List<InetAddress> all = new ArrayList<>();
    for (String address : addresses) {
      try {
        all.add(InetAddress.getByName(address));
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException(e);
      }
    }
    return new Addresses(host -> all.toArray(InetAddress[]::new), Thread::new);
  }

  @Test
  void whatIsFoundMayBeConnectedTo() throws Exception {
    try (Addresses addresses = resolving("8.8.8.8", "2606:4700::1111")) {
      assertThat(addresses.of("tickets.example", false, SECONDS))
          .containsExactly(
              InetAddress.getByName("8.8.8.8"), InetAddress.getByName("2606:4700::1111"));
    }
  }

  @Test
  void aHostInsideIsRefusedWithTheOptionThatAllowsIt() throws Exception {
    try (Addresses addresses = resolving("10.1.2.3")) {
      assertThatThrownBy(() -> addresses.of("tickets.example", false, SECONDS))
          .isInstanceOf(ForbiddenAddressException.class)
          .hasMessage(
              "'tickets.example' is at 10.1.2.3, inside: if it is meant, write"
                  + " 'allow-private: true' at the target");
      assertThat(addresses.of("tickets.example", true, SECONDS))
          .containsExactly(InetAddress.getByName("10.1.2.3"));
    }
  }

  @Test
  void oneAddressInsideAmongOthersRefusesTheHost() {
    try (Addresses addresses = resolving("8.8.8.8", "127.0.0.1")) {
      assertThatThrownBy(() -> addresses.of("tickets.example", false, SECONDS))
          .isInstanceOf(ForbiddenAddressException.class)
          .hasMessageContaining("127.0.0.1, inside");
    }
  }

  @Test
  void metadataServicesAreNeverAllowed() {
    try (Addresses addresses = resolving("169.254.169.254")) {
      assertThatThrownBy(() -> addresses.of("tickets.example", true, SECONDS))
          .isInstanceOf(ForbiddenAddressException.class)
          .hasMessage(
              "'tickets.example' is at 169.254.169.254, where no target may be: name another host");
    }
  }

  @Test
  void noMoreThanAFewAddressesAreTried() throws Exception {
    try (Addresses addresses = resolving("8.0.0.1", "8.0.0.2", "8.0.0.3", "8.0.0.4", "8.0.0.5")) {
      assertThat(addresses.of("tickets.example", false, SECONDS)).hasSize(Addresses.MOST);
    }
  }

  @Test
  void aNameServerThatDoesNotAnswerIsNotWaitedForLonger() {
    CountDownLatch never = new CountDownLatch(1);
    try (Addresses addresses =
        new Addresses(
            host -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              throw new UnknownHostException(host);
            },
            Thread::new)) {
      assertThatThrownBy(() -> addresses.of("tickets.example", false, Duration.ofMillis(50)))
          .isInstanceOf(UnknownHostException.class)
          .hasMessage("'tickets.example' could not be looked up in time");
    }
  }

  @Test
  void aHostThatIsNotThereIsUnknown() {
    try (Addresses addresses =
        new Addresses(
            host -> {
              throw new UnknownHostException(host);
            },
            Thread::new)) {
      assertThatThrownBy(() -> addresses.of("tickets.example", false, SECONDS))
          .isInstanceOf(UnknownHostException.class)
          .hasMessage("there is no host 'tickets.example', or its name server does not answer");
    }
  }
}
