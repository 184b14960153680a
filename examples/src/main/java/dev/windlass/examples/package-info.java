/**
 * Programs to run and to copy. Each describes one GPU job in one screen of code, submits it and
 * follows it.
 *
 * <ul>
 *   <li>{@link dev.windlass.examples.digits.DigitsTraining}: a job whose program is Java too, and
 *       travels with it.
 *   <li>{@link dev.windlass.examples.TensorFlowTraining}: a job with an image and data of its own.
 *   <li>{@link dev.windlass.examples.DeviceQuery}: no job, but what runs in one: the CUDA devices
 *       of this machine or pod.
 * </ul>
 */
@NullMarked
package dev.windlass.examples;

import org.jspecify.annotations.NullMarked;
