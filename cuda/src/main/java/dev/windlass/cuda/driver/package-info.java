/**
 * The calls of CUDA's driver, as an interface that a real driver, a simulator and a test can stand
 * behind: {@link dev.windlass.cuda.driver.CudaDriver}, in one part per kind of call. {@link
 * dev.windlass.cuda.driver.CudaError} puts the driver's error numbers in words.
 */
@NullMarked
package dev.windlass.cuda.driver;

import org.jspecify.annotations.NullMarked;
