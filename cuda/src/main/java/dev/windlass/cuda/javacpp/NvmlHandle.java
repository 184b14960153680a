package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.health.NvmlException;
import org.bytedeco.cuda.nvml.nvmlDevice_st;
import org.bytedeco.cuda.nvml.nvmlEventSet_st;
import org.bytedeco.cuda.nvml.nvmlPciInfo_t;

/** A handle of NVML: the address of a JavaCPP pointer may be set by subclasses only. */
final class NvmlHandle extends nvmlDevice_st {
  NvmlHandle() {}

  NvmlHandle(long handle) {
    address = handle;
  }

  /** A call that writes one number of 32 bits. */
  interface IntCall {
    int call(nvmlDevice_st device, int[] to);
  }

  /** A call that writes one number of 64 bits. */
  interface LongCall {
    int call(nvmlDevice_st device, long[] to);
  }

  static int ask(long device, String name, IntCall call) {
    int[] value = new int[1];
    check(call.call(new NvmlHandle(device), value), name);
    return value[0];
  }

  static long askLong(long device, String name, LongCall call) {
    long[] value = new long[1];
    check(call.call(new NvmlHandle(device), value), name);
    return value[0];
  }

  /** Throws what NVML returned, if it is not success. */
  static void check(int code, String call) {
    if (code != 0) {
      throw new NvmlException(call, code);
    }
  }

  /**
   * The address of a device, by its numbers: older drivers leave the text of a remote one empty.
   */
  static String pciAddress(nvmlPciInfo_t pci) {
    return "%08x:%02x:%02x.0".formatted(pci.domain(), pci.bus(), pci.device());
  }

  /** A handle of a set of events. */
  static final class EventSet extends nvmlEventSet_st {
    EventSet() {}

    EventSet(long handle) {
      address = handle;
    }
  }
}
