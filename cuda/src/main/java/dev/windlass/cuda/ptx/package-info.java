/**
 * What PTX text says of its kernels: parameters with their width and class, which of them are
 * pointers, what is behind these and whether it is read or written. All of it is pure: text in,
 * values out.
 */
@NullMarked
package dev.windlass.cuda.ptx;

import org.jspecify.annotations.NullMarked;
