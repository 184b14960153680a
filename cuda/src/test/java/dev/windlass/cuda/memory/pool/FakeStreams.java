package dev.windlass.cuda.memory.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Streams whose work is done when the test says so. What is ordered before what is known exactly,
 * by vector clocks.
 */
final class FakeStreams {
  /** A stream, also after its end: its work goes on. */
  static final class Stream {
    final int index;
    long issued;
    long done;
    boolean captures;
    long[] clock = new long[0];
    final ArrayDeque<long[]> work = new ArrayDeque<>();

    Stream(int index) {
      this.index = index;
    }
  }

  /** Work of a stream, and what is ordered before it. */
  private static final class Event {
    final Stream stream;
    final long work;
    final long[] clock;

    Event(Stream stream, long work, long[] clock) {
      this.stream = stream;
      this.work = work;
      this.clock = clock;
    }
  }

  private static final Event NEVER = new Event(new Stream(-1), 0, new long[0]);

  private final List<Stream> all = new ArrayList<>();
  private final Map<Long, Stream> live = new HashMap<>();
  private final Map<Long, Event> events = new HashMap<>();
  private long lastEvent = 70_000;

  void create(long handle) {
    Stream stream = new Stream(all.size());
    all.add(stream);
    live.put(handle, stream);
  }

  void destroy(long handle) {
    live.remove(handle);
  }

  Stream of(long handle) {
    Stream stream = live.get(handle);
    if (stream == null) {
      throw new AssertionError("There is no stream " + handle);
    }
    return stream;
  }

  /** Work on a stream; its number. */
  long issue(Stream stream) {
    stream.work.add(stream.clock);
    return ++stream.issued;
  }

  long createEvent() {
    events.put(++lastEvent, NEVER);
    return lastEvent;
  }

  void destroyEvent(long event) {
    if (events.remove(event) == null) {
      throw new AssertionError("There is no event " + event);
    }
  }

  int events() {
    return events.size();
  }

  void record(long event, long handle) {
    Stream stream = of(handle);
    if (!events.containsKey(event)) {
      throw new AssertionError("There is no event " + event);
    }
    events.put(event, new Event(stream, stream.issued, stream.clock));
  }

  void await(long handle, long event) {
    Event e = events.get(event);
    if (e == null) {
      throw new AssertionError("There is no event " + event);
    }
    order(of(handle), e);
  }

  boolean isEventDone(long event) {
    Event e = events.get(event);
    if (e == null) {
      throw new AssertionError("There is no event " + event);
    }
    for (int i = 0; i < e.clock.length; i++) {
      if (all.get(i).done < e.clock[i]) {
        return false;
      }
    }
    return e.stream.done >= e.work;
  }

  /** Later work of one stream comes after all that the other has now. */
  void order(Stream later, Stream earlier) {
    if (later != earlier) {
      order(later, new Event(earlier, earlier.issued, earlier.clock));
    }
  }

  private void order(Stream later, Event e) {
    if (e.stream.index < 0) {
      return;
    }
    long[] clock = Arrays.copyOf(later.clock, all.size());
    for (int i = 0; i < e.clock.length; i++) {
      clock[i] = Math.max(clock[i], e.clock[i]);
    }
    clock[e.stream.index] = Math.max(clock[e.stream.index], e.work);
    later.clock = clock;
  }

  /** Whether work of a stream is before the other's next work, or done. */
  boolean isBefore(int index, long work, Stream stream) {
    Stream earlier = all.get(index);
    return earlier == stream
        || earlier.done >= work
        || (index < stream.clock.length && stream.clock[index] >= work);
  }

  boolean isDone(int index, long work) {
    return all.get(index).done >= work;
  }

  /** Runs a stream's work up to a number, and what must come before. */
  void run(Stream stream, long upTo) {
    while (stream.done < Math.min(upTo, stream.issued)) {
      long[] first = stream.work.remove();
      for (int i = 0; i < first.length; i++) {
        if (i != stream.index) {
          run(all.get(i), first[i]);
        }
      }
      stream.done++;
    }
  }

  /** The stream records a graph from now on, or no more. */
  void capture(long handle, boolean captures) {
    of(handle).captures = captures;
  }

  void runAll() {
    for (Stream stream : all) {
      run(stream, stream.issued);
    }
  }
}
