package dev.windlass.kube.log;

import java.time.Duration;

/**
 * How long the followers wait for what.
 *
 * @param poll between two looks at the pods
 * @param firstRetry after a first failure; doubled with each further one
 * @param longestRetry after many failures
 * @param silence how long a request may bring nothing before it is sent anew: the connection may be
 *     dead without anyone having said so
 * @param endGrace how long a request may bring nothing once the container has ended
 * @param denied how long a refusal for want of rights is not believed: an API server that has just
 *     started does not know them yet
 * @param giveUp how long an ended container's log is asked for when the answer is an error
 * @param giveUpUnreachable the same when there is no answer at all, as while the API server
 *     restarts
 */
record Timing(
    Duration poll,
    Duration firstRetry,
    Duration longestRetry,
    Duration silence,
    Duration endGrace,
    Duration denied,
    Duration giveUp,
    Duration giveUpUnreachable) {

  static final Timing DEFAULT =
      new Timing(
          Duration.ofMillis(250),
          Duration.ofMillis(200),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5));
}
