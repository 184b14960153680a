package dev.windlass.cuda.memory;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/**
 * An allocator's slow paths as events of the JDK's flight recorder: {@code
 * dev.windlass.cuda.MemoryGrowth}, {@code MemoryGiveBack} and {@code OutOfMemory}, each with its
 * stack. Costs next to nothing while nothing is recorded, and does nothing where the JDK is built
 * without the recorder.
 */
@SuppressWarnings("unused") // the recorder reads the fields
public final class MemoryEvents {
  private static final boolean RECORDER = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private MemoryEvents() {}

  /**
   * Memory was taken from the device.
   *
   * @param bytes how much
   * @param held how much is held now
   */
  public static void growth(long bytes, long held) {
    if (RECORDER) {
      Growth event = new Growth();
      event.bytes = bytes;
      event.held = held;
      event.commit();
    }
  }

  /**
   * Memory was given back to the device.
   *
   * @param bytes how much
   * @param held how much is held now
   */
  public static void giveBack(long bytes, long held) {
    if (RECORDER) {
      GiveBack event = new GiveBack();
      event.bytes = bytes;
      event.held = held;
      event.commit();
    }
  }

  /** An allocation failed, after all that could be reclaimed was. */
  public static void outOfMemory(MemoryBreakdown breakdown) {
    if (RECORDER) {
      OutOfMemory event = new OutOfMemory();
      event.asked = breakdown.asked();
      event.largestFree = breakdown.largestFree();
      event.live = breakdown.live();
      event.held = breakdown.held();
      event.deviceFree = breakdown.deviceFree();
      event.commit();
    }
  }

  @Name("dev.windlass.cuda.MemoryGrowth")
  @Label("Device Memory Growth")
  @Description("An allocator took memory from the device")
  @Category({"Windlass", "Device Memory"})
  private static final class Growth extends Event {
    @Label("Taken")
    @DataAmount
    long bytes;

    @Label("Held After")
    @DataAmount
    long held;
  }

  @Name("dev.windlass.cuda.MemoryGiveBack")
  @Label("Device Memory Given Back")
  @Description("An allocator gave idle memory back to the device")
  @Category({"Windlass", "Device Memory"})
  private static final class GiveBack extends Event {
    @Label("Given Back")
    @DataAmount
    long bytes;

    @Label("Held After")
    @DataAmount
    long held;
  }

  @Name("dev.windlass.cuda.OutOfMemory")
  @Label("Out of Device Memory")
  @Description("An allocation failed after all that could be reclaimed was")
  @Category({"Windlass", "Device Memory"})
  private static final class OutOfMemory extends Event {
    @Label("Asked")
    @DataAmount
    long asked;

    @Label("Largest Free Block")
    @DataAmount
    long largestFree;

    @Label("Live")
    @DataAmount
    long live;

    @Label("Held")
    @DataAmount
    long held;

    @Label("Free on the Device")
    @DataAmount
    long deviceFree;
  }
}
