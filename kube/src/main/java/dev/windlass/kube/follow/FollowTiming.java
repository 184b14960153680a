package dev.windlass.kube.follow;

import java.time.Duration;

/**
 * How long following waits for what.
 *
 * @param firstList how long the first answer of the API server may take before a call fails
 * @param recheck between two looks past the watches: the longest that a watch which died without a
 *     word can delay a status
 * @param retry after a look that failed
 * @param lastLines how long a job's last progress reports may hold up the event of its end
 * @param earliestGiveUp how long at least a job is seen stuck before it is given up, whatever the
 *     clocks of this machine and the cluster say
 */
record FollowTiming(
    Duration firstList,
    Duration recheck,
    Duration retry,
    Duration lastLines,
    Duration earliestGiveUp) {

  static final FollowTiming DEFAULT =
      new FollowTiming(
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(3));
}
