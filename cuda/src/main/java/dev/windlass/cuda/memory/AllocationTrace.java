package dev.windlass.cuda.memory;

import dev.windlass.cuda.memory.TraceEvent.Action;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what goes through an allocator into a trace that {@link Replay} and RMM's own replay read;
 * see {@link TraceFile} for the form.
 *
 * <p>An allocation is written after it was made and a free before: so an address never appears
 * allocated twice, whatever the threads do. Written through a buffer, to disk when an allocation
 * fails and when this is closed. A full disk ends the trace with a warning in the log, and not the
 * program. Safe for use by many threads, one writes at a time.
 */
public final class AllocationTrace extends AllocatorAround {
  private static final Logger LOG = LoggerFactory.getLogger(AllocationTrace.class);

  private final Path file;
  private final Writer writer;
  private final Supplier<LocalTime> clock;
  private final ReentrantLock writing = new ReentrantLock();
  private boolean ended;

  /**
   * Traces from now on.
   *
   * @param file is made, or made empty
   * @throws UncheckedIOException if the file cannot be written
   */
  public AllocationTrace(DeviceAllocator inner, Path file) {
    this(inner, file, LocalTime::now);
  }

  AllocationTrace(DeviceAllocator inner, Path file, Supplier<LocalTime> clock) {
    super(inner);
    this.file = file;
    this.clock = clock;
    try {
      writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
      writer.write(TraceFile.HEADER + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("Writing trace " + file, e);
    }
  }

  @Override
  public long allocate(long bytes, long stream) {
    long address;
    try {
      address = inner.allocate(bytes, stream);
    } catch (OutOfDeviceMemoryException e) {
      write(Action.ALLOCATE_FAILURE, 0, bytes, stream);
      flush();
      throw e;
    }
    write(Action.ALLOCATE, address, bytes, stream);
    return address;
  }

  @Override
  public void free(long address, long bytes, long stream) {
    write(Action.FREE, address, bytes, stream);
    inner.free(address, bytes, stream);
  }

  private void write(Action action, long address, long bytes, long stream) {
    long thread = Thread.currentThread().getId();
    writing.lock();
    try {
      // The time is taken inside, so that it does not go back from line to line.
      long micros = clock.get().toNanoOfDay() / 1000;
      attempt(
          () ->
              writer.write(
                  TraceFile.line(new TraceEvent(thread, micros, action, address, bytes, stream))));
    } finally {
      writing.unlock();
    }
  }

  /** Writes out what is buffered. */
  public void flush() {
    writing.lock();
    try {
      attempt(writer::flush);
    } finally {
      writing.unlock();
    }
  }

  /** Ends the trace and closes the allocator inside. */
  @Override
  public void close() {
    writing.lock();
    try {
      attempt(writer::close);
      ended = true;
    } finally {
      writing.unlock();
    }
    inner.close();
  }

  private interface Step {
    void run() throws IOException;
  }

  private void attempt(Step step) {
    if (ended) {
      return;
    }
    try {
      step.run();
    } catch (IOException e) {
      ended = true;
      LOG.warn("The trace {} ends here, as it cannot be written", file, e);
    }
  }
}
