package dev.windlass.cuda.health;

import dev.windlass.cuda.device.DeviceUuid;
import java.time.Instant;
import java.util.Optional;

/**
 * The driver has reported an error of a GPU.
 *
 * @param uuid the GPU; where it is split, the GPU that has the instance
 * @param instance the MIG instance, where the driver names one
 * @param xid what happened
 * @param time when it was heard of
 */
public record XidEvent(DeviceUuid uuid, Optional<DeviceUuid> instance, Xid xid, Instant time) {}
