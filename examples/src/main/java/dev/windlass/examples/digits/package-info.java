/**
 * Training on handwritten digits. {@link dev.windlass.examples.digits.DigitsTraining} describes the
 * job and follows it; {@link dev.windlass.examples.digits.DigitsProgram} is what runs in it, with
 * nothing on its class path but this module and {@code windlass-core}.
 */
@NullMarked
package dev.windlass.examples.digits;

import org.jspecify.annotations.NullMarked;
