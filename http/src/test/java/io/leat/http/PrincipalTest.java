package io.leat.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrincipalTest {
  private static Principal principal(Set<Role> roles, String... streams) {
    return new Principal("id", "name", roles, new StreamScope(List.of(streams)), Set.of());
  }

  @Test
  void aScopeReachesItsStreamsOnly() {
    Principal one = principal(Set.of(Role.SEND), "devices.telemetry", "shop.*");

    assertThat(one.maySend("devices.telemetry")).isTrue();
    assertThat(one.maySend("shop.orders")).isTrue();
    assertThat(one.maySend("devices.fault")).isFalse();
    assertThat(one.maySend("devices.telemetry2")).isFalse();
    assertThat(one.maySend("shopping.orders")).isFalse();
    assertThat(one.mayRead("shop.orders")).isFalse();
    assertThat(principal(Set.of(Role.SEND)).maySend("shop.orders")).isFalse();
    assertThat(principal(Set.of(Role.SEND), "*").maySend("shop.orders")).isTrue();
  }

  @Test
  void allOfABlueprintIsReadByWhoHasAllOfIt() {
    assertThat(principal(Set.of(Role.READ), "devices.*").mayRead("devices.*")).isTrue();
    assertThat(principal(Set.of(Role.READ), "*").mayRead("devices.*")).isTrue();
    assertThat(principal(Set.of(Role.READ), "*").mayRead("*")).isTrue();
    assertThat(principal(Set.of(Role.READ), "devices.*").mayRead("*")).isFalse();
    assertThat(principal(Set.of(Role.READ), "devices.telemetry").mayRead("devices.*")).isFalse();
    assertThat(principal(Set.of(Role.READ), "shop.*").mayRead("devices.*")).isFalse();
    assertThat(principal(Set.of(Role.SEND), "devices.*").mayRead("devices.*")).isFalse();
  }

  @Test
  void anAdministratorMayDoAllButOnlyInsideTheScope() {
    Principal admin = principal(Set.of(Role.ADMIN), "shop.*");

    for (Role role : Role.values()) {
      assertThat(admin.allows(role)).isTrue();
    }
    assertThat(admin.maySend("shop.orders")).isTrue();
    assertThat(admin.maySend("devices.fault")).isFalse();
    assertThat(principal(Set.of(Role.OPERATE), "*").allows(Role.READ)).isFalse();
  }

  @Test
  void aCredentialMayBeBoundToEntities() {
    Principal bound =
        new Principal("id", "n", Set.of(Role.SEND), StreamScope.ALL, Set.of("m-1", "m-2"));

    assertThat(bound.mayUseEntity("m-2")).isTrue();
    assertThat(bound.mayUseEntity("m-3")).isFalse();
    assertThat(principal(Set.of(Role.SEND), "*").mayUseEntity("m-3")).isTrue();
  }

  @Test
  void whatIsNoPatternIsRefused() {
    for (String wrong : List.of("", "**", "devices", "*.telemetry", "devices.", "a.b.c", "A.b")) {
      assertThatThrownBy(() -> new StreamScope(List.of(wrong)))
          .hasMessage(
              "'" + wrong + "' is not a stream pattern. Write devices.telemetry, devices.* or *");
    }
  }
}
