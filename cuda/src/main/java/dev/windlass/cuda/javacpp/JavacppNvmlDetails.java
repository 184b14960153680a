package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.NvmlHandle.ask;
import static dev.windlass.cuda.javacpp.NvmlHandle.askLong;
import static dev.windlass.cuda.javacpp.NvmlHandle.check;
import static org.bytedeco.cuda.global.nvml.NVML_AGGREGATE_ECC;
import static org.bytedeco.cuda.global.nvml.NVML_ERROR_INSUFFICIENT_SIZE;
import static org.bytedeco.cuda.global.nvml.NVML_ERROR_NOT_FOUND;
import static org.bytedeco.cuda.global.nvml.NVML_ERROR_TIMEOUT;
import static org.bytedeco.cuda.global.nvml.NVML_FEATURE_ENABLED;
import static org.bytedeco.cuda.global.nvml.NVML_MEMORY_ERROR_TYPE_CORRECTED;
import static org.bytedeco.cuda.global.nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED;
import static org.bytedeco.cuda.global.nvml.NVML_VOLATILE_ECC;

import dev.windlass.cuda.health.NvmlEvents;
import dev.windlass.cuda.health.NvmlLinks;
import dev.windlass.cuda.health.NvmlMemoryErrors;
import dev.windlass.cuda.health.NvmlMig;
import dev.windlass.cuda.javacpp.NvmlHandle.EventSet;
import java.util.Optional;
import java.util.OptionalLong;
import org.bytedeco.cuda.global.nvml;
import org.bytedeco.cuda.nvml.nvmlDeviceAttributes_t;
import org.bytedeco.cuda.nvml.nvmlEventData_t;
import org.bytedeco.cuda.nvml.nvmlPciInfo_t;
import org.bytedeco.cuda.nvml.nvmlRowRemapperHistogramValues_t;
import org.bytedeco.javacpp.Pointer;

/** Errors of memory, parts, links and events, by JavaCPP. */
interface JavacppNvmlDetails extends NvmlMemoryErrors, NvmlMig, NvmlLinks, NvmlEvents {
  @Override
  default long eccErrors(long device, boolean uncorrected, boolean aggregate) {
    return askLong(
        device,
        "nvmlDeviceGetTotalEccErrors",
        (d, to) ->
            nvml.nvmlDeviceGetTotalEccErrors(
                d,
                uncorrected ? NVML_MEMORY_ERROR_TYPE_UNCORRECTED : NVML_MEMORY_ERROR_TYPE_CORRECTED,
                aggregate ? NVML_AGGREGATE_ECC : NVML_VOLATILE_ECC,
                to));
  }

  /** Asked with no room for addresses, it says how many there are. */
  @Override
  default int retiredPages(long device, int cause) {
    int[] count = new int[1];
    int code = nvml.nvmlDeviceGetRetiredPages(new NvmlHandle(device), cause, count, (long[]) null);
    if (code != NVML_ERROR_INSUFFICIENT_SIZE) {
      check(code, "nvmlDeviceGetRetiredPages");
    }
    return count[0];
  }

  @Override
  default boolean retiredPagesPending(long device) {
    return ask(
            device,
            "nvmlDeviceGetRetiredPagesPendingStatus",
            nvml::nvmlDeviceGetRetiredPagesPendingStatus)
        == NVML_FEATURE_ENABLED;
  }

  @Override
  default void remappedRows(long device, int[] counts) {
    int[] correctable = new int[1];
    int[] uncorrectable = new int[1];
    int[] pending = new int[1];
    int[] failed = new int[1];
    check(
        nvml.nvmlDeviceGetRemappedRows(
            new NvmlHandle(device), correctable, uncorrectable, pending, failed),
        "nvmlDeviceGetRemappedRows");
    counts[0] = correctable[0];
    counts[1] = uncorrectable[0];
    counts[2] = pending[0];
    counts[3] = failed[0];
  }

  @Override
  default void remapHistogram(long device, int[] banks) {
    nvmlRowRemapperHistogramValues_t values =
        new nvmlRowRemapperHistogramValues_t(new Pointer(Scratch.direct(32)));
    check(
        nvml.nvmlDeviceGetRowRemapperHistogram(new NvmlHandle(device), values),
        "nvmlDeviceGetRowRemapperHistogram");
    banks[0] = values.max();
    banks[1] = values.high();
    banks[2] = values.partial();
    banks[3] = values.low();
    banks[4] = values.none();
  }

  @Override
  default boolean migEnabled(long device) {
    int[] pending = new int[1];
    return ask(device, "nvmlDeviceGetMigMode", (d, to) -> nvml.nvmlDeviceGetMigMode(d, to, pending))
        == NVML_FEATURE_ENABLED;
  }

  @Override
  default int maxMigDevices(long device) {
    return ask(device, "nvmlDeviceGetMaxMigDeviceCount", nvml::nvmlDeviceGetMaxMigDeviceCount);
  }

  @Override
  default OptionalLong migDevice(long device, int index) {
    NvmlHandle instance = new NvmlHandle();
    int code = nvml.nvmlDeviceGetMigDeviceHandleByIndex(new NvmlHandle(device), index, instance);
    if (code == NVML_ERROR_NOT_FOUND) {
      return OptionalLong.empty();
    }
    check(code, "nvmlDeviceGetMigDeviceHandleByIndex");
    return OptionalLong.of(instance.address());
  }

  @Override
  default int gpuInstanceId(long migDevice) {
    return ask(migDevice, "nvmlDeviceGetGpuInstanceId", nvml::nvmlDeviceGetGpuInstanceId);
  }

  @Override
  default int computeInstanceId(long migDevice) {
    return ask(migDevice, "nvmlDeviceGetComputeInstanceId", nvml::nvmlDeviceGetComputeInstanceId);
  }

  @Override
  default void migAttributes(long migDevice, long[] slicesAndMemory) {
    nvmlDeviceAttributes_t attributes = new nvmlDeviceAttributes_t(new Pointer(Scratch.direct(64)));
    check(
        nvml.nvmlDeviceGetAttributes_v2(new NvmlHandle(migDevice), attributes),
        "nvmlDeviceGetAttributes");
    slicesAndMemory[0] = attributes.gpuInstanceSliceCount();
    slicesAndMemory[1] = attributes.computeInstanceSliceCount();
    slicesAndMemory[2] = attributes.memorySizeMB();
  }

  @Override
  default int commonAncestor(long device, long other) {
    NvmlHandle second = new NvmlHandle(other);
    return ask(
        device,
        "nvmlDeviceGetTopologyCommonAncestor",
        (d, to) -> nvml.nvmlDeviceGetTopologyCommonAncestor(d, second, to));
  }

  @Override
  default boolean nvLinkActive(long device, int link) {
    return ask(
            device,
            "nvmlDeviceGetNvLinkState",
            (d, to) -> nvml.nvmlDeviceGetNvLinkState(d, link, to))
        == NVML_FEATURE_ENABLED;
  }

  @Override
  default int nvLinkRemoteType(long device, int link) {
    return ask(
        device,
        "nvmlDeviceGetNvLinkRemoteDeviceType",
        (d, to) -> nvml.nvmlDeviceGetNvLinkRemoteDeviceType(d, link, to));
  }

  @Override
  default String nvLinkRemotePci(long device, int link) {
    nvmlPciInfo_t pci = new nvmlPciInfo_t(new Pointer(Scratch.direct(128)));
    check(
        nvml.nvmlDeviceGetNvLinkRemotePciInfo_v2(new NvmlHandle(device), link, pci),
        "nvmlDeviceGetNvLinkRemotePciInfo");
    return NvmlHandle.pciAddress(pci);
  }

  @Override
  default long createEventSet() {
    EventSet set = new EventSet();
    check(nvml.nvmlEventSetCreate(set), "nvmlEventSetCreate");
    return set.address();
  }

  @Override
  default void freeEventSet(long set) {
    check(nvml.nvmlEventSetFree(new EventSet(set)), "nvmlEventSetFree");
  }

  @Override
  default long supportedEvents(long device) {
    return askLong(
        device, "nvmlDeviceGetSupportedEventTypes", nvml::nvmlDeviceGetSupportedEventTypes);
  }

  @Override
  default void registerEvents(long device, long kinds, long set) {
    check(
        nvml.nvmlDeviceRegisterEvents(new NvmlHandle(device), kinds, new EventSet(set)),
        "nvmlDeviceRegisterEvents");
  }

  @Override
  default Optional<DeviceEvent> waitForEvent(long set, int millis) {
    nvmlEventData_t data = new nvmlEventData_t(new Pointer(Scratch.direct(64)));
    int code = nvml.nvmlEventSetWait_v2(new EventSet(set), data, millis);
    if (code == NVML_ERROR_TIMEOUT) {
      return Optional.empty();
    }
    check(code, "nvmlEventSetWait");
    return Optional.of(
        new DeviceEvent(
            data.device().address(),
            data.eventType(),
            data.eventData(),
            data.gpuInstanceId(),
            data.computeInstanceId()));
  }
}
