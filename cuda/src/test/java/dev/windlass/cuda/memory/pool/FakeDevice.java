package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A device that checks every step: a shadow of each 512 bytes of memory knows whether it is live
 * and which work used it last, and a shadow of each 512 bytes of addresses the same. Any call can
 * be made to fail. Memory comes in pages, or in segments.
 */
final class FakeDevice implements PhysicalMemory, StreamOrder {
  static final int UNIT = 512;
  private static final long LIVE = -1;

  /** A range of addresses. */
  private final class Space {
    final long base;
    final long bytes;
    final Memory[] memory;

    /** Per page which page of its memory is there. */
    final int[] offsets;

    final boolean[] open;
    final long[] stamps;

    Space(long base, long bytes) {
      this.base = base;
      this.bytes = bytes;
      this.memory = new Memory[(int) (bytes / page)];
      this.offsets = new int[memory.length];
      this.open = new boolean[memory.length];
      this.stamps = new long[(int) (bytes / UNIT)];
    }
  }

  /** Physical memory of one handle: a page or several. */
  private static final class Memory {
    final int pages;
    final long[] stamps;
    int liveUnits;
    int maps;
    boolean released;

    Memory(int pages, int unitsPerPage) {
      this.pages = pages;
      stamps = new long[pages * unitsPerPage];
    }
  }

  final FakeStreams streams = new FakeStreams();
  final List<String> log = new ArrayList<>();
  private final long page;
  private final TreeMap<Long, Space> spaces = new TreeMap<>();
  private final Map<Long, Memory> handles = new TreeMap<>();
  private long nextBase = 1L << 40;
  private long nextHandle = 1;
  private long total;
  private long used;
  private long mostUsed;
  private long touched;
  private long largestMade;
  private int failIn;
  private int failCode;
  private int calls;
  private boolean logging;
  private boolean segmented;
  private boolean closing;

  FakeDevice(long page, long total) {
    this.page = page;
    this.total = total;
  }

  // ---- what tests ask ----

  FakeDevice logged() {
    logging = true;
    return this;
  }

  /** The nth call from now returns an error; a query of an event never fails with error 2. */
  synchronized void failIn(int nth, int code) {
    failIn = nth;
    failCode = code;
  }

  synchronized boolean hasFailed() {
    return failIn <= 0;
  }

  synchronized int callCount() {
    return calls;
  }

  /** What others leave of the device. */
  synchronized void total(long bytes) {
    total = bytes;
  }

  synchronized long used() {
    return used;
  }

  synchronized long mostUsed() {
    return mostUsed;
  }

  /** The largest memory of one handle so far. */
  synchronized long largestMade() {
    return largestMade;
  }

  /** Bytes of memory in whose handle something is live. */
  synchronized long touched() {
    return touched * page;
  }

  synchronized boolean hasNothing() {
    return spaces.isEmpty() && handles.isEmpty() && used == 0 && streams.events() == 0;
  }

  synchronized String rest() {
    return spaces.size()
        + " spaces, "
        + handles.size()
        + " handles, "
        + streams.events()
        + " events";
  }

  /** Memory was given out for work on a stream that is queued now. */
  synchronized void allocated(long address, long bytes, long stream) {
    if (address % 256 != 0) {
      throw new AssertionError("Not aligned: " + address);
    }
    FakeStreams.Stream s = streams.of(stream);
    Space space = space(address, bytes);
    long end = address - space.base + bytes;
    for (long at = address - space.base; at < end; at += UNIT) {
      if (!segmented) {
        Memory memory = space.memory[(int) (at / page)];
        if (memory == null || !space.open[(int) (at / page)]) {
          throw new AssertionError("No open memory at " + (space.base + at));
        }
        int unit = unit(space, at);
        check(memory.stamps[unit], s, "memory");
        memory.stamps[unit] = LIVE;
        touched += memory.liveUnits++ == 0 ? memory.pages : 0;
      }
      check(space.stamps[(int) (at / UNIT)], s, "addresses");
      space.stamps[(int) (at / UNIT)] = LIVE;
    }
    streams.issue(s);
  }

  /** The unit of the memory that is mapped at an offset in a space. */
  private int unit(Space space, long at) {
    return (int) ((space.offsets[(int) (at / page)] * page + at % page) / UNIT);
  }

  private void check(long stamp, FakeStreams.Stream s, String what) {
    if (stamp == LIVE) {
      throw new AssertionError("Live " + what + " given out");
    }
    if (stamp != 0 && !streams.isBefore((int) (stamp >>> 40), stamp & (1L << 40) - 1, s)) {
      throw new AssertionError("Reused " + what + " before the work that used them");
    }
  }

  /** Memory is about to be freed on a stream, whose last work used it. */
  synchronized void freed(long address, long bytes, long stream) {
    FakeStreams.Stream s = streams.of(stream);
    long stamp = (long) s.index << 40 | streams.issue(s);
    Space space = space(address, bytes);
    long end = address - space.base + bytes;
    for (long at = address - space.base; at < end; at += UNIT) {
      if (space.stamps[(int) (at / UNIT)] != LIVE) {
        throw new AssertionError("Freed what is not live");
      }
      space.stamps[(int) (at / UNIT)] = stamp;
      if (!segmented) {
        Memory memory = space.memory[(int) (at / page)];
        memory.stamps[unit(space, at)] = stamp;
        touched -= --memory.liveUnits == 0 ? memory.pages : 0;
      }
    }
  }

  /** The same on another stream, which is made to come after the one that used the memory. */
  synchronized void freed(long address, long bytes, long user, long stream) {
    streams.order(streams.of(stream), streams.of(user));
    freed(address, bytes, stream);
  }

  synchronized void runAll() {
    streams.runAll();
  }

  private Space space(long address, long bytes) {
    Map.Entry<Long, Space> entry = spaces.floorEntry(address);
    if (entry == null || address + bytes > entry.getKey() + entry.getValue().bytes) {
      throw new AssertionError("No such addresses: " + address);
    }
    return entry.getValue();
  }

  private void enter(String call) {
    calls++;
    if (logging) {
      log.add(call);
    }
    if (failIn > 0 && --failIn == 0) {
      throw CudaException.of(call, failCode);
    }
  }

  /** The calls since the last time, without their order among equal ones. */
  List<String> takeLog(String... without) {
    List<String> all = new ArrayList<>(log);
    all.removeAll(Arrays.asList(without));
    log.clear();
    return all;
  }

  private void use(long bytes) {
    if (bytes > total - used) {
      throw CudaException.of("out of memory", 2);
    }
    used += bytes;
    mostUsed = Math.max(mostUsed, used);
  }

  // ---- pages ----

  @Override
  public long granularity() {
    return page;
  }

  @Override
  public synchronized long reserve(long bytes) {
    enter("reserve");
    return newSpace(bytes).base;
  }

  private Space newSpace(long bytes) {
    Space space = new Space(nextBase, bytes);
    nextBase += (bytes + page - 1) / page * page + page;
    spaces.put(space.base, space);
    return space;
  }

  @Override
  public synchronized void unreserve(long address, long bytes) {
    enter("unreserve");
    Space space = spaces.get(address);
    if (space == null || space.bytes != bytes) {
      throw new AssertionError("Not a reservation");
    }
    for (Memory m : space.memory) {
      if (m != null) {
        throw new AssertionError("Something is mapped in the reservation");
      }
    }
    spaces.remove(address);
  }

  @Override
  public synchronized long create(long bytes) {
    enter("create");
    if (bytes <= 0 || bytes % page != 0) {
      throw new AssertionError("Not whole pages");
    }
    use(bytes);
    largestMade = Math.max(largestMade, bytes);
    handles.put(++nextHandle, new Memory((int) (bytes / page), (int) (page / UNIT)));
    return nextHandle;
  }

  private Memory memory(long handle) {
    Memory m = handles.get(handle);
    if (m == null || m.released) {
      throw new AssertionError("There is no memory " + handle);
    }
    return m;
  }

  @Override
  public synchronized void release(long handle) {
    enter("release");
    Memory m = memory(handle);
    m.released = true;
    giveBack(m);
    handles.remove(handle);
  }

  private void giveBack(Memory m) {
    if (m.released && m.maps == 0) {
      if (m.liveUnits > 0) {
        throw new AssertionError("Live memory given back");
      }
      used -= m.pages * page;
    }
  }

  @Override
  public synchronized void map(long address, long bytes, long handle) {
    enter("map");
    Space space = space(address, bytes);
    int first = (int) ((address - space.base) / page);
    Memory m = memory(handle);
    if (bytes != m.pages * page || address % page != 0) {
      throw new AssertionError("Only whole memory can be mapped, to whole pages");
    }
    for (int i = 0; i < m.pages; i++) {
      if (space.memory[first + i] != null) {
        throw new AssertionError("Something is mapped there");
      }
      space.memory[first + i] = m;
      space.offsets[first + i] = i;
      space.open[first + i] = false;
    }
    m.maps++;
  }

  @Override
  public synchronized void open(long address, long bytes) {
    enter("open");
    Space space = space(address, bytes);
    for (int at = (int) ((address - space.base) / page); bytes > 0; bytes -= page, at++) {
      if (space.memory[at] == null) {
        throw new AssertionError("Not mapped");
      }
      space.open[at] = true;
    }
  }

  @Override
  public synchronized void unmap(long address, long bytes) {
    enter("unmap");
    Space space = space(address, bytes);
    int first = (int) ((address - space.base) / page);
    int end = first + (int) (bytes / page);
    if (space.offsets[first] != 0 || (end < space.offsets.length && space.offsets[end] != 0)) {
      throw new AssertionError("A part of a mapping");
    }
    for (int at = first; at < end; at++) {
      Memory m = space.memory[at];
      if (m == null) {
        throw new AssertionError("Not mapped");
      }
      int units = (int) (page / UNIT);
      for (int unit = at * units; unit < (at + 1) * units; unit++) {
        long stamp = space.stamps[unit];
        if (!closing && stamp == LIVE) {
          throw new AssertionError("Live addresses unmapped");
        }
        if (stamp > 0 && !streams.isDone((int) (stamp >>> 40), stamp & (1L << 40) - 1)) {
          throw new AssertionError("Addresses unmapped before the work that used them");
        }
        if (stamp == LIVE) {
          touched -= --m.liveUnits == 0 ? m.pages : 0;
        }
        space.stamps[unit] = 0;
      }
      space.memory[at] = null;
      space.offsets[at] = 0;
      if (at + 1 == end || space.offsets[at + 1] == 0) {
        m.maps--;
        giveBack(m);
      }
    }
  }

  @Override
  public synchronized void info(long[] freeAndTotal) {
    freeAndTotal[0] = total - used;
    freeAndTotal[1] = total;
  }

  // ---- segments ----

  /** From now on live memory may go: the pool is closed with it. */
  synchronized void closing() {
    closing = true;
  }

  Segments segments() {
    segmented = true;
    return new Segments() {
      @Override
      public long allocate(long bytes) {
        synchronized (FakeDevice.this) {
          enter("allocate");
          use(bytes);
          return newSpace(bytes).base;
        }
      }

      @Override
      public void free(long address) {
        synchronized (FakeDevice.this) {
          enter("free");
          streams.runAll();
          Space space = spaces.remove(address);
          if (space == null) {
            throw new AssertionError("Not a segment");
          }
          for (long stamp : space.stamps) {
            if (!closing && stamp == LIVE) {
              throw new AssertionError("Live memory given back");
            }
          }
          used -= space.bytes;
        }
      }

      @Override
      public void info(long[] freeAndTotal) {
        FakeDevice.this.info(freeAndTotal);
      }
    };
  }

  // ---- streams ----

  @Override
  public void bind() {}

  @Override
  public synchronized long createEvent() {
    enter("createEvent");
    return streams.createEvent();
  }

  @Override
  public synchronized void destroyEvent(long event) {
    enter("destroyEvent");
    streams.destroyEvent(event);
  }

  @Override
  public synchronized boolean isCapturing(long stream) {
    return streams.of(stream).captures;
  }

  @Override
  public synchronized void record(long event, long stream) {
    enter("record");
    mustNotCapture(stream);
    streams.record(event, stream);
  }

  @Override
  public synchronized void waitFor(long stream, long event) {
    enter("wait");
    mustNotCapture(stream);
    streams.await(stream, event);
  }

  private void mustNotCapture(long stream) {
    if (streams.of(stream).captures) {
      throw new AssertionError("The pool put something into a graph");
    }
  }

  @Override
  public synchronized boolean isDone(long event) {
    enter("isDone");
    return streams.isEventDone(event);
  }

  @Override
  public synchronized void synchronize() {
    enter("synchronize");
    streams.runAll();
  }
}
