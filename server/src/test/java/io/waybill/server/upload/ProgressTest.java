package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
  private static final Failure WHY = new Failure(Reason.OBJECT_EXISTS, "taken");
  private static final Map<String, UnaryOperator<Progress>> EDGES =
      Map.of(
          "activated", p -> p.activated("s3"),
          "completing", p -> p.completing(T),
          "attempting", p -> p.attempting(T, T),
          "refused", p -> p.refused(null, WHY),
          "completed", p -> p.completed(T, new StoredObject("e", "", 1, null)),
          "reopened", p -> p.reopened(WHY),
          "failed", p -> p.failed(WHY, T),
          "aborted", p -> p.aborted(T),
          "expired", p -> p.expired(T),
          "cleaned", p -> p.cleaned(null));

  private static final Map<UploadState, Set<UploadState>> DRAWN =
      Map.of(
          UploadState.CREATING, Set.of(UploadState.ACTIVE, UploadState.FAILED),
          UploadState.ACTIVE,
              Set.of(UploadState.COMPLETING, UploadState.ABORTED, UploadState.EXPIRED),
          UploadState.COMPLETING,
              Set.of(UploadState.COMPLETED, UploadState.ACTIVE, UploadState.FAILED),
          UploadState.COMPLETED, Set.of(),
          UploadState.ABORTED, Set.of(),
          UploadState.EXPIRED, Set.of(),
          UploadState.FAILED, Set.of());

  @Test
  void hasExactlyTheEdgesThatAreDrawn() {
    Deque<Progress> open = new ArrayDeque<>(List.of(Progress.creating(T)));
    Map<UploadState, Progress> reached = new java.util.EnumMap<>(UploadState.class);
    while (!open.isEmpty()) {
      Progress from = open.pop();
      if (reached.putIfAbsent(from.state(), from) != null) {
        continue;
      }
      Set<UploadState> next =
          EDGES.values().stream()
              .flatMap(
                  edge -> {
                    try {
                      return java.util.stream.Stream.of(edge.apply(from));
                    } catch (IllegalStateException e) {
                      return java.util.stream.Stream.<Progress>empty();
                    }
                  })
              .filter(to -> to.state() != from.state())
              .peek(open::push)
              .map(Progress::state)
              .collect(Collectors.toSet());
      assertThat(next).as("from " + from.state()).isEqualTo(DRAWN.get(from.state()));
    }
    assertThat(reached.keySet()).containsExactlyInAnyOrder(UploadState.values());
  }

  @Test
  void whoeverTakesOverHasANewerFence() {
    Progress completing = Progress.creating(T).activated("s3").completing(T);

    assertThat(completing.takenOver(T).fence()).isGreaterThan(completing.fence());
    assertThat(completing.reopened(WHY).fence()).isGreaterThan(completing.fence());
  }

  @Test
  void aRefusedAttemptLeavesTheEarlierOnesUnsettled() {
    Progress first = Progress.creating(T).activated("s3").completing(T).attempting(T, T);
    Instant later = T.plusSeconds(9);

    assertThat(first.unsettledSince()).isEqualTo(T);
    assertThat(first.attempting(later, later).refused(first.unsettledSince(), WHY).unsettledSince())
        .isEqualTo(T);
  }

  @Test
  void completedMeansAnObject() {
    assertThatThrownBy(
            () -> new Progress(UploadState.COMPLETED, 1, null, "", null, null, T, null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
