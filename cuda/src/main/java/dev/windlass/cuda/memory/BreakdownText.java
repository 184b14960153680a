package dev.windlass.cuda.memory;

import static dev.windlass.cuda.memory.MemoryBreakdown.NO_LIMIT;
import static dev.windlass.cuda.memory.MemoryBreakdown.UNKNOWN;

import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A {@link MemoryBreakdown} as a table, and what follows from it. */
final class BreakdownText {
  private BreakdownText() {}

  static String table(MemoryBreakdown b) {
    StringBuilder text = new StringBuilder();
    line(text, "asked", b.asked());
    line(text, "largest free block", b.largestFree());
    line(text, "held by this pool", b.held());
    line(text, "  live", b.live());
    line(text, "  cached", b.cached());
    line(text, "  fragmented", b.fragmented());
    if (b.limit() == NO_LIMIT) {
      row(text, "limit of this pool", "none", "");
    } else {
      line(text, "limit of this pool", b.limit());
    }
    line(text, "device, all", b.deviceTotal());
    line(text, "device, free", b.deviceFree());
    line(text, "device, not of this pool", b.outside());
    if (b.otherProcesses() != UNKNOWN) {
      line(text, "  other processes", b.otherProcesses());
    }
    for (int i = 0; i < b.largest().size(); i++) {
      LiveAllocation a = b.largest().get(i);
      row(
          text,
          i == 0 ? "largest live" : "",
          Bytes.text(a.bytes()),
          String.format(
              Locale.ROOT,
              "0x%x, %.1f s old, thread %s, at %s",
              a.address(),
              a.age().toMillis() / 1000.0,
              a.thread(),
              a.where()));
    }
    return text.toString().stripTrailing();
  }

  static String summary(MemoryBreakdown b) {
    StringBuilder text = new StringBuilder(Bytes.text(b.asked()));
    text.append(" of device memory could not be had; this pool holds ")
        .append(Bytes.text(b.held()));
    text.append(": ").append(Bytes.text(b.live())).append(" live, ");
    text.append(Bytes.text(b.cached())).append(" cached, ");
    text.append(Bytes.text(b.fragmented())).append(" fragmented");
    if (b.limit() != NO_LIMIT) {
      text.append("; its limit is ").append(Bytes.text(b.limit()));
    }
    if (b.deviceFree() != UNKNOWN && b.deviceTotal() != UNKNOWN) {
      text.append("; the device has ").append(Bytes.text(b.deviceFree())).append(" free of ");
      text.append(Bytes.text(b.deviceTotal()));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, long bytes) {
    row(
        text,
        name,
        bytes == UNKNOWN ? "unknown" : Bytes.text(bytes),
        bytes < 1024 ? "" : bytes + " bytes");
  }

  private static void row(StringBuilder text, String name, String amount, String more) {
    text.append(String.format(Locale.ROOT, "  %-26s %12s  %s", name, amount, more).stripTrailing());
    text.append('\n');
  }

  /** What to change, the surest first. Ends without a full stop. */
  static String remedy(MemoryBreakdown b) {
    List<String> hints = new ArrayList<>();
    boolean tooLargeForDevice = b.deviceTotal() != UNKNOWN && b.asked() > b.deviceTotal();
    if (tooLargeForDevice) {
      hints.add(
          "The device has "
              + Bytes.text(b.deviceTotal())
              + " in all: allocate in parts, or use a larger GPU");
    } else {
      cause(b, hints);
    }
    if (!b.largest().isEmpty()) {
      LiveAllocation a = b.largest().get(0);
      hints.add(
          "The largest live allocation is "
              + Bytes.text(a.bytes())
              + " from "
              + a.where()
              + ": close it before, or make it smaller");
    } else if (!b.tracked() && b.live() > 0) {
      hints.add("Turn allocation tracking on to see where the live memory was allocated");
    }
    if (b.callbackCalls().isEmpty()) {
      if (b.live() > 0 && !tooLargeForDevice) {
        hints.add("Set a failure callback that frees or spills memory which can be had again");
      }
    } else if (b.callbackCalls().getAsInt() > 0) {
      int calls = b.callbackCalls().getAsInt();
      hints.add(
          "The failure callback was asked "
              + (calls == 1 ? "once" : calls + " times")
              + " and did not free enough");
    }
    return hints.isEmpty() ? "Allocate less" : String.join(".\n", hints);
  }

  private static void cause(MemoryBreakdown b, List<String> hints) {
    // What a limit must be for this to fit, if all that is cached can be used and no piece can.
    long needed = b.live() + b.fragmented() + b.asked();
    long fromDevice = Math.max(0, b.asked() - b.cached());
    boolean limited = b.limit() != NO_LIMIT && needed > b.limit();
    boolean deviceFull = b.deviceFree() != UNKNOWN && b.deviceFree() < fromDevice;
    if (limited) {
      String more = Bytes.roundedUp(needed - b.limit());
      if (b.deviceFree() == UNKNOWN) {
        hints.add("Raise the limit by " + more + " or more, if the device has that free");
      } else if (!deviceFull) {
        hints.add(
            "Raise the limit by "
                + more
                + " or more: the device has "
                + Bytes.text(b.deviceFree())
                + " free");
      } else {
        hints.add(
            "Raising the limit is not enough: the device has only "
                + Bytes.text(b.deviceFree())
                + " free");
      }
    }
    if (deviceFull) {
      if (b.otherProcesses() > 0) {
        hints.add(
            "Other processes hold "
                + Bytes.text(b.otherProcesses())
                + " of this device: stop them, or take a GPU that is not shared");
      } else if (b.otherProcesses() == UNKNOWN && b.outside() > 0) {
        hints.add(
            Bytes.text(b.outside())
                + " of this device is in use by others than this pool; nvidia-smi shows which"
                + " processes");
      }
    }
    boolean inPieces = b.cached() + b.fragmented() >= b.asked() && b.largestFree() < b.asked();
    if (inPieces) {
      String pieces =
          "The memory that is free in this pool, "
              + Bytes.text(b.cached() + b.fragmented())
              + ", is in pieces of at most "
              + Bytes.text(b.largestFree());
      hints.add(
          b.source() == Source.SEGMENTS
              ? pieces
                  + ", as this device has no virtual memory to put them together: allocate what is"
                  + " large and stays first, or reserve the memory at the start"
              : pieces + ": allocate what is large and stays first");
    }
    if (hints.isEmpty() && b.live() > 0) {
      hints.add(
          "Free some of the " + Bytes.text(b.live()) + " that are live, or work in smaller parts");
    }
  }
}
