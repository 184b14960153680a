package dev.windlass.core.job;

/**
 * What a mount shows: one record for each kind of storage.
 *
 * <p>A new kind is a new record here, and a branch in each of these places, which the compiler does
 * not name. Where it says "tested", a test over all kinds fails until the branch is there.
 *
 * <ul>
 *   <li>its rules: {@code MountRules}; and {@code GpuJob.Builder.mount}, if it is always read-only
 *   <li>its key in a job file: {@code MountForm} and the schema, package {@code jobfile} (tested);
 *       its row in {@code docs/job-file.md} (tested)
 *   <li>its form in a Kubernetes manifest: {@code ManifestVolumes}, package {@code jobfile}
 *   <li>its folder on this machine: {@code LocalMounts}, package {@code local} (tested)
 *   <li>its volume on Kubernetes: {@code Volumes}, package {@code render} of windlass-kube (tested)
 * </ul>
 */
public sealed interface MountSource
    permits Nfs, PersistentVolumeClaim, HostPath, EmptyDir, ConfigMap, Secret, InlineFiles {}
