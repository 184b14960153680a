package dev.windlass.core.job;

/** What a mount shows: one record for each kind of storage. */
public sealed interface MountSource
    permits Nfs, PersistentVolumeClaim, HostPath, EmptyDir, ConfigMap, Secret, InlineFiles {}
