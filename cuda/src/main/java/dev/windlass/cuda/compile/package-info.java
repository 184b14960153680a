/**
 * CUDA C++ to machine code. {@link dev.windlass.cuda.compile.Compiler} is the way in: it asks NVRTC
 * for code of the device at hand, keeps what it got in a {@link
 * dev.windlass.cuda.compile.CompileCache}, and turns the compiler's complaints into a {@link
 * dev.windlass.cuda.compile.CompileException}. {@link dev.windlass.cuda.compile.Precompile} does
 * the same at build time.
 */
@NullMarked
package dev.windlass.cuda.compile;

import org.jspecify.annotations.NullMarked;
