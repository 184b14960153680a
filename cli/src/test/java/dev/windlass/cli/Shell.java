package dev.windlass.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Runs the command as a shell would, on a fake backend, 14 seconds after the jobs' start. */
final class Shell {
  static final Instant NOW = FakeJob.at(14);

  final FakeBackend backend = new FakeBackend();
  final Map<String, String> env = new HashMap<>();
  final List<BackendOptions.Choice> opened = new ArrayList<>();
  final List<Runnable> interrupts = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private OutputStream outTarget = out;
  Supplier<DeviceReport> devices =
      () -> {
        throw new AssertionError("Nothing asked for devices");
      };
  Supplier<PodFacts> pod =
      () -> {
        throw new AssertionError("Nothing asked for the pod");
      };
  private int columns = 80;
  private Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private boolean terminal;
  private boolean verbose;

  Shell clock(Clock value) {
    clock = value;
    return this;
  }

  /** Both outputs are shown by a terminal of 80 columns. */
  Shell terminal() {
    terminal = true;
    return this;
  }

  /** Both outputs are shown by a terminal of so many columns. */
  Shell terminal(int width) {
    columns = width;
    return terminal();
  }

  /** Standard output ends in this. */
  Shell outTo(OutputStream value) {
    outTarget = value;
    return this;
  }

  int run(String... args) {
    Screen screen =
        new Screen(
            new PrintStream(outTarget, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            terminal,
            terminal,
            () -> columns,
            env);
    Host host =
        new Host(
            env,
            screen,
            clock,
            choice -> {
              opened.add(choice);
              return backend;
            },
            action -> {
              interrupts.add(action);
              return () -> interrupts.remove(action);
            },
            () -> verbose = true,
            devices,
            pod);
    return new Windlass(host).run(args);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  boolean verbose() {
    return verbose;
  }
}
