package dev.windlass.core.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.core.backend.JobStatus;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who holds which GPU of this machine, and who waits for one, in one small file that is changed
 * under a file lock. First come, first served: a job that waits keeps back the GPUs that would do
 * for it, so one that asks for many is not starved by those that ask for few. GPUs are held until
 * they are given back, or until neither the supervisor nor a process of the job is left.
 */
final class GpuLeases {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How long the place of a job whose supervisor is not there keeps others back. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LocalHome home;
  private final Path folder;
  private final Optional<String> self;

  /**
   * The leases of a home.
   *
   * @param self the id of the job that this process supervises, if it does: its lock must not be
   *     looked at from here
   */
  GpuLeases(LocalHome home, Optional<String> self) {
    this.home = home;
    this.folder = home.root().resolve("gpus");
    this.self = self;
  }

  /** Joins the queue, or asks again: the GPUs, once it is this job's turn and they are free. */
  List<Integer> ask(String name, Submission submission) throws IOException {
    return change(
        leases -> {
          if (find(leases, submission.id()).isEmpty()) {
            ObjectNode added = leases.addObject();
            added.put("job", name).put("id", submission.id()).put("count", submission.gpus());
            added.put("since", Instant.now().toString()).putArray("gpus");
            submission.eligible().forEach(added.putArray("eligible")::add);
          }
          grant(leases);
          return find(leases, submission.id()).map(l -> numbers(l, "gpus")).orElse(List.of());
        });
  }

  /**
   * Where a job stands in the queue.
   *
   * @param gpus what it was given, by whoever gave something back
   * @param first whether nobody waits before it
   */
  record Place(List<Integer> gpus, boolean first) {}

  /** Looks without the lock, so that many who wait do not hold up those who come and go. */
  Place place(String id) throws IOException {
    boolean first = true;
    for (JsonNode lease : read()) {
      if (lease.path("id").asText().equals(id)) {
        return new Place(numbers(lease, "gpus"), first);
      }
      first &= !lease.path("gpus").isEmpty();
    }
    return new Place(List.of(), first);
  }

  void release(String id) throws IOException {
    change(
        leases -> {
          leases.removeIf(l -> l.path("id").asText().equals(id));
          grant(leases);
          return List.of();
        });
  }

  /** The GPUs that are held now. */
  List<Integer> held() throws IOException {
    return change(
        leases -> {
          List<Integer> all = new ArrayList<>();
          leases.forEach(l -> all.addAll(numbers(l, "gpus")));
          return all;
        });
  }

  /** Changes when somebody came, went or was given something. */
  long version() {
    try {
      return Files.getLastModifiedTime(file()).toMillis();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Gives those who wait what is free, in order. */
  private void grant(ArrayNode leases) {
    Set<Integer> taken = new HashSet<>();
    leases.forEach(l -> taken.addAll(numbers(l, "gpus")));
    for (JsonNode lease : leases) {
      if (!lease.path("gpus").isEmpty()) {
        continue;
      }
      boolean present = isSupervised(lease);
      List<Integer> free = new ArrayList<>(numbers(lease, "eligible"));
      free.removeAll(taken);
      int count = lease.path("count").intValue();
      if (present && free.size() >= count) {
        ArrayNode gpus = (ArrayNode) lease.path("gpus");
        free.subList(0, count).forEach(gpus::add);
        taken.addAll(free.subList(0, count));
      } else if (present || isNew(lease)) {
        taken.addAll(numbers(lease, "eligible"));
      }
    }
  }

  private boolean isSupervised(JsonNode lease) {
    String id = lease.path("id").asText();
    JobFolder job = home.folder(lease.path("job").asText());
    return self.filter(id::equals).isPresent() || (job.isOf(id) && job.supervisorLock().isHeld());
  }

  private static boolean isNew(JsonNode lease) {
    Duration age = Duration.between(Instant.parse(lease.path("since").asText()), Instant.now());
    return age.compareTo(PATIENCE) < 0;
  }

  private interface Change {
    List<Integer> apply(ArrayNode leases);
  }

  private Path file() {
    return folder.resolve("leases.json");
  }

  private List<Integer> change(Change change) throws IOException {
    LocalHome.makePrivate(folder);
    // One lock file for all processes; within this one, the monitor, as locks are per process.
    synchronized (GpuLeases.class) {
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        ArrayNode before = lock.isValid() ? read() : JSON.createArrayNode();
        ArrayNode leases = before.deepCopy();
        for (int i = leases.size() - 1; i >= 0; i--) {
          tidy(leases, i);
        }
        List<Integer> result = change.apply(leases);
        if (!leases.equals(before)) {
          Path next = folder.resolve("leases.json.next");
          Files.write(next, JSON.writeValueAsBytes(leases));
          Files.move(
              next, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return result;
      }
    }
  }

  private ArrayNode read() throws IOException {
    if (!Files.exists(file())) {
      return JSON.createArrayNode();
    }
    if (JSON.readTree(file().toFile()) instanceof ArrayNode leases) {
      return leases;
    }
    throw new IOException(file() + " is damaged; delete it once no job runs");
  }

  /** Takes back what the dead held, and forgets those that will never ask again. */
  private void tidy(ArrayNode leases, int i) throws IOException {
    JsonNode lease = leases.get(i);
    String id = lease.path("id").asText();
    JobFolder job = home.folder(lease.path("job").asText());
    if (isSupervised(lease)) {
      return;
    }
    if (!lease.path("gpus").isEmpty()) {
      if (isRunning(job, id)) {
        return;
      }
      ((ArrayNode) lease.path("gpus")).removeAll();
      // It has had its turn: until it asks again it keeps nobody back.
      ((ObjectNode) lease).put("since", Instant.EPOCH.toString());
    }
    Optional<JobStatus> status = job.isOf(id) ? job.latest() : Optional.empty();
    if (status.isEmpty() || status.get().phase().isFinal()) {
      leases.remove(i);
    }
  }

  /** Whether processes of the job are left although its supervisor is not. */
  private static boolean isRunning(JobFolder job, String id) throws IOException {
    return !new ProcessTree(id, job.lastAttempt().leader()).members().isEmpty();
  }

  private static List<Integer> numbers(JsonNode lease, String key) {
    List<Integer> numbers = new ArrayList<>();
    lease.path(key).forEach(n -> numbers.add(n.intValue()));
    return numbers;
  }

  private static Optional<JsonNode> find(ArrayNode leases, String id) {
    for (JsonNode lease : leases) {
      if (lease.path("id").asText().equals(id)) {
        return Optional.of(lease);
      }
    }
    return Optional.empty();
  }
}
