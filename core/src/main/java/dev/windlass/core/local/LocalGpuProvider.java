package dev.windlass.core.local;

import java.util.List;

/** Finds the GPUs of this machine. Found itself through {@link java.util.ServiceLoader}. */
public interface LocalGpuProvider {
  /** The GPUs, by index; none if there are none or they cannot be used. Answers in milliseconds. */
  List<LocalGpu> gpus();
}
