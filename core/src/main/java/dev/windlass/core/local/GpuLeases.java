package dev.windlass.core.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who holds which GPU of this machine, and who waits for one, in one small file that is changed
 * under a file lock. First come, first served: nobody overtakes, so a job that asks for many is not
 * starved by those that ask for few. An entry whose supervisor is gone counts no more.
 */
final class GpuLeases {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Path jobs;

  GpuLeases(Path root) {
    this.folder = root.resolve("gpus");
    this.jobs = root.resolve("jobs");
  }

  /** Joins the queue, or asks again: the GPUs once it is this job's turn and they are free. */
  Optional<List<Integer>> ask(String job, int count, int total) throws IOException {
    return change(
        leases -> {
          if (find(leases, job).isEmpty()) {
            leases.addObject().put("job", job).put("count", count).putArray("gpus");
          }
          Set<Integer> used = used(leases);
          for (JsonNode lease : leases) {
            boolean mine = lease.path("job").asText().equals(job);
            if (!lease.path("gpus").isEmpty()) {
              continue;
            }
            if (!mine) {
              return Optional.empty();
            }
            List<Integer> free = new ArrayList<>();
            for (int i = 0; i < total && free.size() < count; i++) {
              if (!used.contains(i)) {
                free.add(i);
              }
            }
            if (free.size() < count) {
              return Optional.empty();
            }
            free.forEach(((ArrayNode) lease.path("gpus"))::add);
            return Optional.of(free);
          }
          return Optional.empty();
        });
  }

  void release(String job) throws IOException {
    change(
        leases -> {
          find(leases, job).ifPresent(leases::remove);
          return Optional.empty();
        });
  }

  /** How many GPUs are held now. */
  int used() throws IOException {
    return change(leases -> Optional.of(List.copyOf(used(leases)))).orElse(List.of()).size();
  }

  private interface Change {
    Optional<List<Integer>> apply(ArrayNode leases);
  }

  private Optional<List<Integer>> change(Change change) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve("leases.json");
    // One lock file for all processes; within this one, the monitor, as locks are per process.
    synchronized (GpuLeases.class) {
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        ArrayNode leases =
            Files.exists(file) && lock.isValid()
                ? (ArrayNode) JSON.readTree(file.toFile())
                : JSON.createArrayNode();
        for (int i = leases.size() - 1; i >= 0; i--) {
          ObjectNode lease = (ObjectNode) leases.get(i);
          if (!new JobFolder(jobs.resolve(lease.path("job").asText())).isSupervised()) {
            leases.remove(i);
          }
        }
        Optional<List<Integer>> result = change.apply(leases);
        Path next = folder.resolve("leases.json.next");
        Files.write(next, JSON.writeValueAsBytes(leases));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return result;
      }
    }
  }

  private static Set<Integer> used(ArrayNode leases) {
    Set<Integer> used = new HashSet<>();
    leases.forEach(l -> l.path("gpus").forEach(g -> used.add(g.intValue())));
    return used;
  }

  private static Optional<Integer> find(ArrayNode leases, String job) {
    for (int i = 0; i < leases.size(); i++) {
      if (leases.get(i).path("job").asText().equals(job)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }
}
