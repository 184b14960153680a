/**
 * Jobs as text. {@link dev.windlass.core.jobfile.JobFile} reads and writes Windlass's own form in
 * YAML and JSON; {@link dev.windlass.core.jobfile.KubernetesManifest} reads a plain Pod or Job.
 * Text becomes {@code FileNode}s that know their lines, and a {@code FieldReader} takes them apart
 * and notes each mistake. A new kind of mount gets its key in {@code MountForm} and in the schema,
 * {@code gpu-job.schema.json}, and {@code ManifestVolumes} reads it from a manifest.
 */
@NullMarked
package dev.windlass.core.jobfile;

import org.jspecify.annotations.NullMarked;
