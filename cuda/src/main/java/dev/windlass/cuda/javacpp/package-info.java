/**
 * NVIDIA's driver, called through JavaCPP's presets. The provider looks before it loads, so that a
 * machine without a driver gets an answer and not an {@link java.lang.UnsatisfiedLinkError}.
 */
@NullMarked
package dev.windlass.cuda.javacpp;

import org.jspecify.annotations.NullMarked;
