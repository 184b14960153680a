/** Device memory: who gives it out, and what watches and explains it. */
@NullMarked
package dev.windlass.cuda.memory;

import org.jspecify.annotations.NullMarked;
