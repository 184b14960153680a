package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.job.ConfigMap;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalMountsTest {
  @TempDir Path home;

  private LocalMounts mounts(GpuJob job) throws Exception {
    return LocalMounts.make(job, new LocalHome(home), home.resolve("attempt"));
  }

  @ParameterizedTest
  @CsvSource({
    "/data, D",
    "/data/x, D/x",
    "--in=/data/x, --in=D/x",
    "/data:/data/sub, D:S",
    "/data/subway, D/subway",
    "cat /data/sub/x;ls /data, cat S/x;ls D",
    "'\"/data\"', '\"D\"'",
    "'Read /data.', 'Read D.'",
    "/database, /database",
    "/data-2, /data-2",
    "/data.txt, /data.txt",
    "x/data, x/data",
    "./data, ./data",
    "../data, ../data",
    "~/data, ~/data",
    "s3://bucket/data, s3://bucket/data",
    "http://data/x, http://data/x",
  })
  void rewrite_replacesWholePathsOnly(String text, String expected) throws Exception {
    GpuJob job =
        GpuJob.builder("a")
            .command("x")
            .mount(PersistentVolumeClaim.of("d"), "/data")
            .mount(PersistentVolumeClaim.of("s"), "/data/sub/")
            .build();
    String claims = home.resolve("volumes/claims").toString();
    assertThat(mounts(job).rewrite(text))
        .isEqualTo(expected.replace("D", claims + "/d").replace("S", claims + "/s"));
  }

  @Test
  void everyKindOfMount_hasAFolder() throws Exception {
    Path map = Files.createDirectories(home.resolve("config-maps/settings"));
    Path secret = Files.createDirectories(home.resolve("secrets/hub"));
    GpuJob job =
        GpuJob.builder("a")
            .command("x")
            .mount(Nfs.of("nfs.example", "/exports"), "/nfs")
            .mount(PersistentVolumeClaim.of("c"), "/claim")
            .mount(HostPath.of(home.toString()), "/host")
            .mount(EmptyDir.disk(), "/empty")
            .mount(ConfigMap.of("settings"), "/map")
            .mount(Secret.of("hub"), "/secret")
            .mount(InlineFiles.none().with("a.txt", "A"), "/files")
            .build();
    assertThat(job.mounts())
        .extracting(m -> (Object) m.source().getClass())
        .containsExactlyInAnyOrder((Object[]) MountSource.class.getPermittedSubclasses());
    LocalMounts mounts = mounts(job);
    assertThat(job.mounts()).allSatisfy(m -> assertThat(folder(mounts, m.path())).isDirectory());
    assertThat(folder(mounts, "/nfs")).isEqualTo(home.resolve("volumes/nfs/nfs.example/exports"));
    assertThat(folder(mounts, "/host")).isEqualTo(home);
    assertThat(folder(mounts, "/map")).isEqualTo(map);
    assertThat(folder(mounts, "/secret")).isEqualTo(secret);
    assertThat(folder(mounts, "/files").resolve("a.txt")).hasContent("A");
  }

  private static Path folder(LocalMounts mounts, String path) {
    return Path.of(mounts.rewrite(path));
  }

  @Test
  void rewrite_withoutMounts_changesNothing() throws Exception {
    assertThat(mounts(GpuJob.builder("a").command("x").build()).rewrite("/data /"))
        .isEqualTo("/data /");
  }

  @Test
  void whatMustBeThere_andIsNot_isNamed() {
    GpuJob job =
        GpuJob.builder("a").command("x").mount(HostPath.of("/no/such/path"), "/data").build();
    assertThatThrownBy(() -> mounts(job))
        .isInstanceOf(NotRunnableException.class)
        .hasMessageContaining("/no/such/path");
  }
}
