package dev.windlass.core.backend;

/**
 * Why a job is in its phase. Programs can switch over it; {@link #remedy} is what a person can do
 * in general, and {@link JobStatus#remedy} what to do in the case at hand. Where a new one has to
 * be known stands in the descriptions of this package and of {@code dev.windlass.kube.status}.
 */
public enum Reason {
  /** Nothing needs a reason. */
  NONE("as expected", ""),
  /** Other jobs are before it. */
  WAITING_IN_QUEUE("waits for its turn", "Wait, or ask for less"),
  /** Someone suspended it. */
  SUSPENDED("is suspended", "Resume it, or find out who suspended it"),
  /** No node has as many free GPUs of that kind. */
  INSUFFICIENT_GPU(
      "not enough free GPUs of that kind", "Wait for other jobs to end, or ask for fewer GPUs"),
  /** No node has as much free CPU, memory or disk. */
  INSUFFICIENT_RESOURCES(
      "not enough free CPU, memory or disk", "Wait for other jobs to end, or ask for less"),
  /** No node may take it: selectors, taints, affinity, volumes. */
  UNSCHEDULABLE(
      "no node may take it", "Compare node selector, product and tolerations with the nodes"),
  /** The namespace's quota is used up. */
  QUOTA_EXCEEDED("the namespace's quota is used up", "Ask for less, or have the quota raised"),
  /** The cluster's rules refuse its pods. */
  ADMISSION_REFUSED(
      "the cluster's rules refuse its pods", "Change what the message names, or ask the admin"),
  /** The image cannot be had. */
  IMAGE_PULL("the image cannot be pulled", "Check its name and tag, and the image pull secret"),
  /** Storage cannot be mounted. */
  MOUNT("a mount cannot be made", "Check that what is mounted exists and can be reached"),
  /** A name in the job leads to nothing, or the settings contradict each other. */
  CONFIG_ERROR("the configuration is wrong", "Change what the message names"),
  /** The program does not exist in the image. */
  COMMAND_NOT_FOUND(
      "the command cannot be started", "Check the command, and that the image holds it"),
  /** The program ended with an exit code other than 0. */
  EXIT_CODE("the program failed", "Read its log"),
  /** The program took more memory than it may. */
  OUT_OF_MEMORY("the program took more memory than it may", "Raise memory, or use less"),
  /** The program said so: the GPU's memory did not suffice. */
  GPU_OUT_OF_MEMORY(
      "the GPU's memory did not suffice",
      "Ask for GPUs with more memory, take less at a time, or raise gpu.memoryLimit if it is set"),
  /** The program said so: the GPU, its driver or a kernel failed past recovery. */
  GPU_FAULT(
      "the GPU, its driver or a kernel failed",
      "Read the message: a kernel may be wrong, or the GPU; if the message names no cause, retry"),
  /** The node's driver does not serve the program's version of CUDA. */
  DRIVER_MISMATCH(
      "the node's driver does not serve this program's CUDA",
      "Use an image of an older CUDA version, or nodes with a newer driver; a retry helps only on"
          + " another node"),
  /** Its time was up. */
  DEADLINE("the deadline passed", "Raise the deadline, or make the work shorter"),
  /** The node needed its room back: disk or memory pressure, a drain, an API eviction. */
  EVICTED("its pod was evicted", "Ask for the memory and disk that it really uses, and retry"),
  /** A pod of higher priority took its place. */
  PREEMPTED("a job of higher priority took its place", "Retry, or raise its priority"),
  /** The machine it ran on is gone. */
  NODE_LOST("its node was lost", "Retry"),
  /** The node could not give it the GPU it was promised. */
  GPU_UNAVAILABLE("the node could not give it its GPU", "Retry; have the node's GPUs checked"),
  /** Someone deleted its pod. */
  POD_DELETED("its pod was deleted by someone", "Retry, or find out who deleted it"),
  /** The program was started by a process that is gone, and how it ended cannot be known. */
  LOST("what became of it cannot be known", "Look at what it left behind, and submit it again"),
  /** {@link JobHandle#cancel} was called. */
  CANCELLED("it was cancelled", "Submit it again under another name, or replace it"),
  /** The job itself was deleted before it ended. */
  DELETED("the job was deleted", "Submit it again"),
  /** Something that this version has no word for; the message has it. */
  OTHER("for another reason", "Read the message");

  private final String description;
  private final String remedy;

  Reason(String description, String remedy) {
    this.description = description;
    this.remedy = remedy;
  }

  /** What it means, as it reads after the job's name. */
  public String description() {
    return description;
  }

  /** What a person can do about it in general; empty if nothing needs doing. */
  public String remedy() {
    return remedy;
  }
}
