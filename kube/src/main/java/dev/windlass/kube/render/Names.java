package dev.windlass.kube.render;

import java.util.Map;

/** The names that tie a job's objects in the cluster together. */
public final class Names {
  /** Label of the Job, its pods and all else that it owns: the job's name. */
  public static final String JOB_LABEL = "windlass.dev/job";

  /** Label that says who made an object. */
  public static final String MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";

  /** What {@link #MANAGED_BY_LABEL} says. */
  public static final String MANAGED_BY = "windlass";

  /** The labels by which all that Windlass made is found. */
  public static final Map<String, String> ALL = Map.of(MANAGED_BY_LABEL, MANAGED_BY);

  /** Annotation: the SHA-256 of the job's canonical description. */
  public static final String DIGEST = "windlass.dev/spec-digest";

  /** Annotation: when someone cancelled the job. */
  public static final String CANCELLED_AT = "windlass.dev/cancelled-at";

  /** Annotation: the {@code Reason} for which Windlass gave the job up. */
  public static final String FAILED_REASON = "windlass.dev/failed-reason";

  /** Annotation: the same in words. */
  public static final String FAILED_MESSAGE = "windlass.dev/failed-message";

  /** Annotation: for how long a pod may be unable to start before the job is given up. */
  public static final String START_DEADLINE = "windlass.dev/start-deadline-seconds";

  /** Name of the container that the program runs in. */
  public static final String CONTAINER = "main";

  /** Annotation that Kubernetes puts on a pod: how often its index failed before. */
  public static final String FAILURE_COUNT = "batch.kubernetes.io/job-index-failure-count";

  /** Annotation that Kubernetes puts on a pod: its index in the Job. */
  public static final String COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";

  /** Label that Kubernetes puts on a pod: the uid of its Job. */
  public static final String JOB_UID = "batch.kubernetes.io/controller-uid";

  /** Letters that Kubernetes leaves of a pod's name before the random ones. */
  private static final int MAX_POD_PREFIX = 58;

  /** How the name of every pod of a job begins. Of a long job name, Kubernetes cuts the end off. */
  public static String podPrefix(String job) {
    String index = "-0-";
    return job.substring(0, Math.min(job.length(), MAX_POD_PREFIX - index.length())) + index;
  }

  /** Name of the config map that holds the inline files of the job's mount of that number. */
  static String inlineFiles(String job, int mount) {
    return job + "-files-" + mount;
  }

  private Names() {}
}
