package dev.windlass.cli;

import java.util.List;

/**
 * What {@code windlass doctor} has looked at in one place.
 *
 * @param title the place
 * @param checks in the order in which one thing needs the other
 */
record CheckGroup(String title, List<Check> checks) {
  CheckGroup {
    checks = List.copyOf(checks);
  }

  /** How many are of a status. */
  long count(Check.Status status) {
    return checks.stream().filter(check -> check.status() == status).count();
  }
}
