package dev.windlass.core.backend;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One run of a job's program.
 *
 * @param number which run, from 1
 * @param replica which replica, from 0
 * @param node the machine it ran on, once it has one
 * @param pod the pod's name, or {@code pid 1234} where jobs are processes
 * @param startedAt when the program started
 * @param finishedAt when it ended
 * @param exitCode what it ended with
 * @param reason why it ended or is not running; {@link Reason#NONE} while it runs and after success
 * @param message the same for people; may be empty
 */
public record Attempt(
    int number,
    int replica,
    Optional<String> node,
    Optional<String> pod,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    OptionalInt exitCode,
    Reason reason,
    String message) {}
