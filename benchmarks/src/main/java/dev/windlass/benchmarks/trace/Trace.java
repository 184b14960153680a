package dev.windlass.benchmarks.trace;

import java.util.Arrays;

/**
 * What a program asks of an allocator: a sequence of events, each of which allocates some bytes or
 * frees what an earlier event allocated. Everything that is allocated is freed by the end.
 *
 * <p>An allocation is known by its id: 0 for the first, 1 for the second, and so on. Streams are
 * small numbers from 0. A free names the stream whose queued work may still use the memory, which
 * may be another one than it was allocated on.
 */
public final class Trace {
  private final String name;
  private final int[] ids;
  private final long[] bytes; // 0 for a free
  private final int[] streams;
  private final int allocations;
  private final long peakLiveBytes;

  private Trace(Builder from) {
    name = from.name;
    ids = Arrays.copyOf(from.ids, from.size);
    bytes = Arrays.copyOf(from.bytes, from.size);
    streams = Arrays.copyOf(from.streams, from.size);
    allocations = from.allocations;
    peakLiveBytes = from.peakLiveBytes;
  }

  /** A trace to be filled. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** What it stands for, in one word or two. */
  public String name() {
    return name;
  }

  /** The number of events. */
  public int size() {
    return ids.length;
  }

  /** The number of events that allocate; ids are below it. */
  public int allocations() {
    return allocations;
  }

  /** Whether an event allocates; otherwise it frees. */
  public boolean allocates(int event) {
    return bytes[event] != 0;
  }

  /** Which allocation an event makes or frees. */
  public int id(int event) {
    return ids[event];
  }

  /** How much an event allocates; 0 if it frees. */
  public long bytes(int event) {
    return bytes[event];
  }

  /** The stream of an event. */
  public int stream(int event) {
    return streams[event];
  }

  /** The most bytes that were asked for and not yet freed at any time: no allocator needs less. */
  public long peakLiveBytes() {
    return peakLiveBytes;
  }

  /** One more than the largest stream. */
  public int streams() {
    int most = 0;
    for (int stream : streams) {
      most = Math.max(most, stream);
    }
    return most + 1;
  }

  /** Collects events. */
  public static final class Builder {
    private final String name;
    private int[] ids = new int[1024];
    private long[] bytes = new long[1024];
    private int[] streams = new int[1024];
    private long[] liveBytes = new long[1024]; // by id; 0 once freed
    private int[] liveStreams = new int[1024];
    private int size;
    private int allocations;
    private long live;
    private long peakLiveBytes;

    private Builder(String name) {
      this.name = name;
    }

    /** Allocates on stream 0; returns the id. */
    public int allocate(long size) {
      return allocate(size, 0);
    }

    /** Allocates on a stream; returns the id. */
    public int allocate(long size, int stream) {
      if (size <= 0) {
        throw new IllegalArgumentException("An allocation has at least one byte, not " + size);
      }
      if (allocations == liveBytes.length) {
        liveBytes = Arrays.copyOf(liveBytes, 2 * allocations);
        liveStreams = Arrays.copyOf(liveStreams, 2 * allocations);
      }
      liveBytes[allocations] = size;
      liveStreams[allocations] = stream;
      live += size;
      peakLiveBytes = Math.max(peakLiveBytes, live);
      add(allocations, size, stream);
      return allocations++;
    }

    /** Frees on the stream that it was allocated on. */
    public void free(int id) {
      free(id, liveStreams[id]);
    }

    /** Frees on a stream, which may be another one. */
    public void free(int id, int stream) {
      if (id >= allocations || liveBytes[id] == 0) {
        throw new IllegalArgumentException("Allocation " + id + " is not live");
      }
      live -= liveBytes[id];
      liveBytes[id] = 0;
      add(id, 0, stream);
    }

    /** The bytes that are live now. */
    public long liveBytes() {
      return live;
    }

    /** The trace, at whose end all that is still live is freed. */
    public Trace build() {
      for (int id = 0; id < allocations; id++) {
        if (liveBytes[id] != 0) {
          free(id);
        }
      }
      return new Trace(this);
    }

    private void add(int id, long size, int stream) {
      if (this.size == ids.length) {
        ids = Arrays.copyOf(ids, 2 * this.size);
        bytes = Arrays.copyOf(bytes, 2 * this.size);
        streams = Arrays.copyOf(streams, 2 * this.size);
      }
      ids[this.size] = id;
      bytes[this.size] = size;
      streams[this.size++] = stream;
    }
  }
}
