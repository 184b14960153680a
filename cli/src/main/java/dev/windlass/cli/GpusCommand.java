package dev.windlass.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.Inventory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code windlass gpus}. */
@Command(name = "gpus", description = "Shows the GPUs there are, and how many are free.")
final class GpusCommand extends BackendCommand {
  @Mixin private OutputOption output = new OutputOption();

  GpusCommand(Host host) {
    super(host);
  }

  @Override
  ExitCode call(Backend backend, BackendOptions.Choice choice) {
    Inventory inventory = backend.gpus();
    if (output.output() != Output.TABLE) {
      screen().out(output.output().write(json(inventory)));
      return ExitCode.OK;
    }
    if (inventory.nodes().isEmpty()) {
      // Where nodes cannot be listed, the note says so, and nobody knows that there are none.
      if (choice.kind() == BackendOptions.Kind.LOCAL) {
        screen().err("There are no GPUs. To try jobs without one, add --simulated-gpus 1.");
      } else if (inventory.notes().isEmpty()) {
        screen().err("There are no GPUs.");
      }
    } else {
      screen().out(table(inventory).render(screen().outColour(), screen().outWidth()));
    }
    inventory.notes().forEach(note -> screen().err("Note: " + note));
    return ExitCode.OK;
  }

  private static Table table(Inventory inventory) {
    Table table = new Table("NODE", "PRODUCT", "MEMORY", "CC", "GPUS", "FREE");
    for (Inventory.Node node : inventory.nodes()) {
      int broken = node.capacity() - node.allocatable();
      table.row(
          node.name(),
          node.product().orElse(""),
          node.memory().map(Numbers::memory).orElse(""),
          node.computeCapability().map(Object::toString).orElse(""),
          node.allocatable() + (broken > 0 ? " of " + node.capacity() : ""),
          !node.schedulable()
              ? "0 (node takes no jobs)"
              : node.free().isPresent() ? "" + node.free().getAsInt() : "?");
    }
    return table;
  }

  private static ObjectNode json(Inventory inventory) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.putArray("nodes");
    for (Inventory.Node n : inventory.nodes()) {
      ObjectNode node = out.withArray("/nodes").addObject();
      node.put("name", n.name());
      n.product().ifPresent(v -> node.put("product", v));
      n.memory().ifPresent(v -> node.put("memoryBytes", v.bytes()));
      n.computeCapability().ifPresent(v -> node.put("computeCapability", v.toString()));
      node.put("capacity", n.capacity()).put("allocatable", n.allocatable());
      n.used().ifPresent(v -> node.put("used", v));
      n.free().ifPresent(v -> node.put("free", v));
      node.put("schedulable", n.schedulable());
    }
    out.putArray("notes");
    inventory.notes().forEach(note -> out.withArray("/notes").add(note));
    return out;
  }
}
