package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureCallbackTest {
  private final FakeAllocator fake = new FakeAllocator(1000);
  private final List<Integer> attempts = new ArrayList<>();
  private final Deque<Long> spillable = new ArrayDeque<>();

  @Test
  void spillsUntilItFits() {
    FailureCallback allocator = new FailureCallback(fake, this::spill, 100);
    for (int i = 0; i < 10; i++) {
      spillable.add(allocator.allocate(100, 0));
    }
    allocator.allocate(350, 0);
    assertThat(attempts).containsExactly(1, 2, 3, 4);
    assertThat(fake.use().live()).isEqualTo(950);
  }

  private boolean spill(long bytes, int attempt) {
    attempts.add(attempt);
    Long victim = spillable.poll();
    if (victim != null) {
      fake.free(victim, 100, 0);
    }
    return victim != null;
  }

  @Test
  void callbackThatGivesUp_endsInTheFailure_whichSaysThatItWasAsked() {
    FailureCallback allocator = new FailureCallback(fake, this::spill, 100);
    spillable.add(allocator.allocate(100, 0));
    OutOfDeviceMemoryException e =
        catchThrowableOfType(OutOfDeviceMemoryException.class, () -> allocator.allocate(2000, 0));
    assertThat(e.breakdown().callbackCalls()).hasValue(2);
    assertThat(e).hasMessageContaining("The failure callback was asked 2 times");
  }

  @Test
  void attemptsAreBounded() {
    FailureCallback allocator =
        new FailureCallback(
            fake,
            (bytes, attempt) -> {
              attempts.add(attempt);
              return true;
            },
            3);
    OutOfDeviceMemoryException e =
        catchThrowableOfType(OutOfDeviceMemoryException.class, () -> allocator.allocate(2000, 0));
    assertThat(attempts).containsExactly(1, 2, 3);
    assertThat(e.breakdown().callbackCalls()).hasValue(3);
    assertThatThrownBy(() -> new FailureCallback(fake, this::spill, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void callbackThatThrows_endsInTheFailure_withWhatItThrew() {
    IllegalStateException bug = new IllegalStateException("the disk is full");
    FailureCallback allocator =
        new FailureCallback(
            fake,
            (bytes, attempt) -> {
              throw bug;
            },
            3);
    assertThatThrownBy(() -> allocator.allocate(2000, 0))
        .isInstanceOf(OutOfDeviceMemoryException.class)
        .hasSuppressedException(bug);
    // The next failure asks again.
    assertThatThrownBy(() -> allocator.allocate(2000, 0)).hasSuppressedException(bug);
  }

  @Test
  void callbackThatAllocatesItself_isNotAskedForThat() {
    Deque<FailureCallback> self = new ArrayDeque<>();
    List<Throwable> inside = new ArrayList<>();
    FailureCallback allocator =
        new FailureCallback(
            fake,
            (bytes, attempt) -> {
              attempts.add(attempt);
              long room = self.element().allocate(10, 0);
              self.element().free(room, 10, 0);
              try {
                self.element().allocate(2000, 0);
              } catch (OutOfDeviceMemoryException e) {
                inside.add(e);
              }
              return false;
            },
            3);
    self.add(allocator);
    OutOfDeviceMemoryException e =
        catchThrowableOfType(OutOfDeviceMemoryException.class, () -> allocator.allocate(3000, 0));
    assertThat(e.breakdown().asked()).isEqualTo(3000);
    assertThat(attempts).containsExactly(1);
    assertThat(inside)
        .singleElement()
        .satisfies(
            i ->
                assertThat(((OutOfDeviceMemoryException) i).breakdown().callbackCalls())
                    .hasValue(0));
  }

  @Test
  void otherErrors_passThrough() {
    FailureCallback allocator = new FailureCallback(fake, this::spill, 3);
    assertThatThrownBy(() -> allocator.free(1, 1, 0)).isInstanceOf(AssertionError.class);
    assertThat(attempts).isEmpty();
  }
}
