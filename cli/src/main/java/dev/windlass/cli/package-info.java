/**
 * The {@code windlass} command. {@link dev.windlass.cli.Main} is the program. {@code Windlass} is
 * the root command and turns errors into words and exit codes; each subcommand is one class, {@code
 * RunCommand} and so on. What they write goes through {@code Screen}, which keeps one moving line
 * beneath all others; {@code JobDisplay} decides what to show of a job that is followed, and {@code
 * ProgressBar} draws it, as a pure function. A new subcommand is one class and one line in {@code
 * Windlass}.
 */
@NullMarked
package dev.windlass.cli;

import org.jspecify.annotations.NullMarked;
