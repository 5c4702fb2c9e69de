package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Who is next, and how much of one tenant may wait. */
class TurnsTest {
  private final Turns<String> turns = new Turns<>(100);

  @Test
  void tenantsTakeTurnsAndEachOnesOwnComesInOrder() {
    for (int i = 1; i <= 3; i++) {
      turns.add("a", "a" + i);
    }
    turns.add("b", "b1");
    turns.add("c", "c1");
    turns.add("c", "c2");

    assertThat(all(tenant -> true)).containsExactly("a1", "b1", "c1", "a2", "c2", "a3");
    assertThat(turns.isEmpty()).isTrue();
  }

  @Test
  void whoComesAfterAFloodIsNextButOne() {
    fill("flood");
    turns.next();
    turns.add("quiet", "quiet");

    assertThat(turns.next()).isEqualTo("flood");
    assertThat(turns.next()).isEqualTo("quiet");
  }

  @Test
  void aTenantAloneFillsHalf() {
    assertThat(fill("a")).isEqualTo(50);
    assertThat(turns.hasRoomFor("a")).isFalse();
    assertThat(turns.hasRoomFor("b")).isTrue();
  }

  @Test
  void eachFloodLeavesHalfOfWhatItFound() {
    for (int floods = 1; floods <= 5; floods++) {
      fill("flood" + floods);
      assertThat(turns.size()).isLessThanOrEqualTo(100 - (100 >> floods));
      assertThat(turns.hasRoomFor("quiet")).as("beside " + floods).isTrue();
    }
  }

  @Test
  void neverHoldsMoreThanItsCapacity() {
    for (int i = 0; i < 1_000; i++) {
      fill("t" + i);
    }
    assertThat(turns.size()).isEqualTo(100);
    assertThat(turns.hasRoomFor("quiet")).isFalse();
  }

  @Test
  void whoMayNotHaveATurnKeepsItsPlace() {
    turns.add("a", "a1");
    turns.add("b", "b1");
    turns.add("b", "b2");

    assertThat(all(tenant -> tenant.equals("b"))).containsExactly("b1", "b2");
    assertThat(turns.size()).isEqualTo(1);
    turns.add("b", "b3");
    assertThat(all(tenant -> true)).containsExactly("a1", "b3");
  }

  private int fill(String tenant) {
    int added = 0;
    for (; turns.hasRoomFor(tenant); added++) {
      turns.add(tenant, tenant);
    }
    return added;
  }

  private List<String> all(Predicate<String> mayHaveATurn) {
    List<String> all = new ArrayList<>();
    for (String next = turns.next(mayHaveATurn); next != null; next = turns.next(mayHaveATurn)) {
      all.add(next);
    }
    return all;
  }
}
