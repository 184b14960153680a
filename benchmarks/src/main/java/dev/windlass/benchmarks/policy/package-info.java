/**
 * The policies of other allocators, written anew from their published rules, so that they can be
 * measured beside ours: PyTorch's caching allocator with both its ways to grow, TensorFlow's BFC
 * and RMM's pool.
 */
@NullMarked
package dev.windlass.benchmarks.policy;

import org.jspecify.annotations.NullMarked;
