/**
 * What devices there are: {@link dev.windlass.cuda.device.Device}, and the three ways to point at
 * one, which are three types because they are not the same: its number in this process, its UUID,
 * its place on the PCI bus.
 */
@NullMarked
package dev.windlass.cuda.device;

import org.jspecify.annotations.NullMarked;
