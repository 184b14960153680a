package dev.windlass.kube.status;

import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * One change of one object.
 *
 * @param object the object after it, or its last state if it is gone
 * @param gone whether it was deleted by it
 */
record Change(HasMetadata object, boolean gone) {
  String uid() {
    return object.getMetadata().getUid();
  }
}
