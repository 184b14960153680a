package dev.windlass.core.job;

/** When a node asks the registry for an image. */
public enum ImagePullPolicy {
  /** At every start. */
  ALWAYS,
  /** When the node does not have it. */
  IF_NOT_PRESENT,
  /** Never: the node must have it. */
  NEVER
}
