package dev.windlass.cli;

import dev.windlass.core.backend.Subscription;
import java.time.Clock;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the command touches of the world outside.
 *
 * @param env the environment variables
 * @param screen where to write
 * @param clock the time
 * @param backends opens the backend that the options name
 * @param onInterrupt has an action run on Ctrl-C, before the program ends; closing what it returns
 *     takes that back
 * @param verboseLog makes the log of the libraries detailed; called before any of them is used
 * @param devices asks this machine's CUDA driver; throws its own exception where there is none
 * @param pod looks at this machine or pod
 */
record Host(
    Map<String, String> env,
    Screen screen,
    Clock clock,
    Backends backends,
    Function<Runnable, Subscription> onInterrupt,
    Runnable verboseLog,
    Supplier<DeviceReport> devices,
    Supplier<PodFacts> pod) {}
