package dev.windlass.cuda.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that a list of devices may have for one, and which one that is.
 *
 * <p>{@code 0} is a GPU by number and {@code 0:1} its MIG instance 1; {@code GPU-8f6f...} is a GPU
 * by the beginning of its UUID, {@code MIG-8f6f...} an instance by its own UUID, and {@code
 * MIG-GPU-8f6f.../1/0} one by its GPU's UUID and the numbers of its GPU instance and compute
 * instance, as drivers before 470 named it.
 */
final class DeviceNames {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");
  private static final Pattern MIG_NUMBER = Pattern.compile("([0-9]{1,4}):([0-9]{1,4})");
  private static final Pattern GPU = Pattern.compile("GPU-([0-9A-Fa-f-]+)");
  private static final Pattern MIG = Pattern.compile("MIG-([0-9A-Fa-f-]+)");
  private static final Pattern MIG_PATH =
      Pattern.compile("MIG-GPU-([0-9A-Fa-f-]+)/([0-9]{1,4})/([0-9]{1,4})");

  private DeviceNames() {}

  /** Whether this is a name at all. */
  static boolean isName(String entry) {
    return List.of(NUMBER, MIG_NUMBER, GPU, MIG, MIG_PATH).stream()
        .anyMatch(form -> form.matcher(entry).matches());
  }

  /** Whether a number of a GPU is in the name, which means nothing elsewhere. */
  static boolean isNumber(String entry) {
    return NUMBER.matcher(entry).matches() || MIG_NUMBER.matcher(entry).matches();
  }

  /**
   * The devices that have this name: none, the one, or several where a beginning is too short.
   *
   * @param gpus in the order that numbers mean
   */
  static List<DeviceUuid> find(String entry, List<GpuIdentity> gpus) {
    List<DeviceUuid> found = new ArrayList<>();
    for (int i = 0; i < gpus.size(); i++) {
      GpuIdentity gpu = gpus.get(i);
      if (NUMBER.matcher(entry).matches()
          ? Integer.parseInt(entry) == i
          : isBegun(GPU, entry, gpu)) {
        found.add(gpu.uuid());
      }
      for (MigInstance instance : gpu.instances()) {
        if (isInstance(entry, i, instance)) {
          found.add(instance.uuid());
        }
      }
    }
    return found;
  }

  private static boolean isBegun(Pattern form, String entry, GpuIdentity gpu) {
    Matcher m = form.matcher(entry);
    return m.matches() && begins(gpu.uuid(), m.group(1));
  }

  private static boolean isInstance(String entry, int gpu, MigInstance instance) {
    Matcher number = MIG_NUMBER.matcher(entry);
    if (number.matches()) {
      return Integer.parseInt(number.group(1)) == gpu
          && Integer.parseInt(number.group(2)) == instance.number();
    }
    Matcher path = MIG_PATH.matcher(entry);
    if (path.matches()) {
      return begins(instance.parent(), path.group(1))
          && Integer.parseInt(path.group(2)) == instance.gpuInstance()
          && Integer.parseInt(path.group(3)) == instance.computeInstance();
    }
    Matcher uuid = MIG.matcher(entry);
    return uuid.matches() && begins(instance.uuid(), uuid.group(1));
  }

  private static boolean begins(DeviceUuid uuid, String digits) {
    return uuid.toString().startsWith(digits.toLowerCase(Locale.ROOT));
  }
}
