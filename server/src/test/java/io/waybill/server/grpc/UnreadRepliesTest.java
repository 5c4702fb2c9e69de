package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What connections may have lying here, alone and together; attacks show the rest. */
class UnreadRepliesTest {
  private static final long MIB = 1 << 20;

  private final UnreadReplies replies =
      new UnreadReplies(4 * MIB, 10 * MIB, new StatusErrors(new Random(1)));

  @Test
  void aConnectionHasItsShare() {
    assertThat(replies.take("a", 3 * MIB)).isTrue();
    assertThat(replies.take("a", MIB)).isTrue();
    assertThat(replies.take("a", 1)).isFalse();
    assertThat(replies.take("b", 1)).isTrue();
    replies.giveBack("a", 3 * MIB);
    assertThat(replies.take("a", MIB)).isTrue();
    assertThat(replies.bytes()).isEqualTo(2 * MIB + 1);
  }

  @Test
  void theOnlyReplyGoesOutWhateverItsSize() {
    assertThat(replies.take("a", 5 * MIB)).isTrue();
    assertThat(replies.take("a", 1)).isFalse();
  }

  @Test
  void whereAllHaveTooMuchEachHasLessAndInTheEndNothing() {
    for (String connection : new String[] {"a", "b", "c"}) {
      assertThat(replies.take(connection, 3 * MIB)).isTrue();
    }
    assertThat(replies.take("c", MIB + 1)).as("a megabyte each").isFalse();
    assertThat(replies.take("d", 4 * MIB)).as("the only one of its connection").isTrue();
    assertThat(replies.take("e", 7 * MIB)).as("the last that fits").isTrue();
    assertThat(replies.take("f", 1)).isFalse();
    assertThat(replies.bytes()).isEqualTo(20 * MIB);
    replies.giveBack("e", 7 * MIB);
    assertThat(replies.take("f", 1)).isTrue();
  }
}
