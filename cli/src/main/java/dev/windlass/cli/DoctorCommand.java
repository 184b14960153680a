package dev.windlass.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.cli.Check.Status;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code windlass doctor}. */
@Command(
    name = "doctor",
    description =
        "Looks at all that a GPU job needs in this pod or machine, and says what is wrong.")
final class DoctorCommand implements Callable<Integer> {
  private static final int NAME_WIDTH = 28;
  private static final int STATUS_WIDTH = 8;
  private static final int NARROWEST_TEXT = 30;

  private final Host host;
  @Mixin private OutputOption output = new OutputOption();

  DoctorCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    List<CheckGroup> groups = List.of(PodChecks.of(host.pod().get()));
    long failed = count(groups, Status.FAIL);
    if (output.output() == Output.TABLE) {
      groups.forEach(group -> host.screen().out(text(group)));
      host.screen().err(summary(failed, count(groups, Status.WARN)));
    } else {
      host.screen().out(output.output().write(json(groups, failed)));
    }
    return (failed == 0 ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
  }

  private static long count(List<CheckGroup> groups, Status status) {
    return groups.stream().mapToLong(group -> group.count(status)).sum();
  }

  private static String summary(long failed, long warnings) {
    if (failed == 0 && warnings == 0) {
      return "Nothing is wrong.";
    }
    return failed
        + (failed == 1 ? " check has" : " checks have")
        + " failed, "
        + warnings
        + (warnings == 1 ? " warning." : " warnings.");
  }

  private String text(CheckGroup group) {
    boolean colour = host.screen().outColour();
    int room = Math.max(NARROWEST_TEXT, host.screen().outWidth() - NAME_WIDTH - STATUS_WIDTH);
    String indent = " ".repeat(STATUS_WIDTH + NAME_WIDTH);
    StringBuilder text = new StringBuilder(Style.BOLD.apply(group.title(), colour)).append('\n');
    for (Check check : group.checks()) {
      text.append(check.status().style().apply(check.status().name(), colour))
          .append(" ".repeat(STATUS_WIDTH - check.status().name().length()))
          .append(Columns.pad(check.name(), NAME_WIDTH))
          .append(String.join("\n" + indent, Columns.wrap(check.found(), room)))
          .append('\n');
      if (!check.remedy().isEmpty()) {
        text.append(indent)
            .append(String.join("\n" + indent, Columns.wrap("-> " + check.remedy(), room)))
            .append('\n');
      }
    }
    return text.toString();
  }

  private static ObjectNode json(List<CheckGroup> groups, long failed) {
    ObjectNode out =
        JsonNodeFactory.instance
            .objectNode()
            .put("healthy", failed == 0)
            .put("failed", failed)
            .put("warnings", count(groups, Status.WARN));
    ArrayNode all = out.putArray("groups");
    for (CheckGroup group : groups) {
      ArrayNode checks = all.addObject().put("title", group.title()).putArray("checks");
      for (Check check : group.checks()) {
        ObjectNode node =
            checks
                .addObject()
                .put("name", check.name())
                .put("status", check.status().name())
                .put("found", check.found());
        if (!check.remedy().isEmpty()) {
          node.put("remedy", check.remedy());
        }
      }
    }
    return out;
  }
}
