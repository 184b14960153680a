/**
 * The driver compatibility kit: one abstract class per kind of call, of what every {@link
 * dev.windlass.cuda.driver.CudaDriver} must do. A driver's test extends each.
 */
@NullMarked
package dev.windlass.cuda.kit;

import org.jspecify.annotations.NullMarked;
