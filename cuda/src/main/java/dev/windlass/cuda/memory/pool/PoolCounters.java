package dev.windlass.cuda.memory.pool;

/**
 * What a pool did since it was made, beside the allocations that it served at once.
 *
 * @param misses allocations that a stream's own cache could not serve
 * @param flushes times that the caches of all streams were emptied for a request
 * @param crossStreamWaits times that a stream was made to wait for another one
 * @param movedPages pages that were mapped elsewhere to put a request's memory together
 * @param newPages pages (or segments) taken from the device
 * @param returnedPages pages (or segments) given back to it
 * @param driverCalls calls for memory, addresses, mappings and events
 * @param wrongFrees frees of what was not allocated or was free already, found late; each one is a
 *     mistake of the program
 */
public record PoolCounters(
    long misses,
    long flushes,
    long crossStreamWaits,
    long movedPages,
    long newPages,
    long returnedPages,
    long driverCalls,
    long wrongFrees) {}
