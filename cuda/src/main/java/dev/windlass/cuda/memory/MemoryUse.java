package dev.windlass.cuda.memory;

/**
 * What an allocator's memory is used for, in bytes. {@code live + cached + fragmented = held}.
 *
 * @param live what callers asked for and have not freed
 * @param cached held and not in use, in pieces that can serve any request or go back to the device
 * @param fragmented held and not in use, in pieces too small for that; and what rounding up costs
 * @param held what the device has given
 * @param peakLive the most that was live at one time; an allocator that counts per stream may count
 *     streams' peaks together that were not at the same time
 * @param peakHeld the most that was held at one time
 */
public record MemoryUse(
    long live, long cached, long fragmented, long held, long peakLive, long peakHeld) {}
