package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A subcommand that talks to a backend. */
abstract class BackendCommand implements Callable<Integer> {
  private final Host host;

  @Mixin private BackendOptions backendOptions = new BackendOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  BackendCommand(Host host) {
    this.host = host;
  }

  /** Does the work on an open backend. */
  abstract ExitCode call(Backend backend, BackendOptions.Choice choice);

  @Override
  public final Integer call() {
    BackendOptions.Choice choice = prepare(backendOptions.choice(spec, host.env()));
    try (Backend backend = host.backends().open(choice)) {
      return call(backend, choice).code();
    }
  }

  /** What has to be done, and may fail, before a backend is opened. */
  BackendOptions.Choice prepare(BackendOptions.Choice choice) {
    return choice;
  }

  final Host host() {
    return host;
  }

  final Screen screen() {
    return host.screen();
  }

  final CommandSpec spec() {
    return spec;
  }
}
