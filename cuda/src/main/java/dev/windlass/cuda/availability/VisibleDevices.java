package dev.windlass.cuda.availability;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code CUDA_VISIBLE_DEVICES} says, by the driver's rules: a list in the order in which the
 * devices are to be numbered, which ends at the first entry that names no device; what comes after
 * it is hidden without a word. Of an index only the leading digits count ({@code 1x} is 1). A list
 * that names a device twice, or mixes indices, GPUs and MIG devices, hides all.
 *
 * @param entries what the list names before it ends; each is an index, the beginning of a UUID
 *     ({@code GPU-...}) or a MIG device ({@code MIG-...})
 * @param endedBy the first entry that names nothing or spoils the list, if there is one
 */
public record VisibleDevices(List<String> entries, Optional<String> endedBy) {
  private static final Pattern ENTRY =
      Pattern.compile("(GPU-[0-9A-Fa-f-]+|MIG-[0-9A-Fa-f-]+|MIG-GPU-[0-9A-Fa-f/-]+)|([0-9]+).*");

  /** Copies. */
  public VisibleDevices {
    entries = List.copyOf(entries);
  }

  /** Reads the variable's value. */
  public static VisibleDevices parse(String value) {
    List<String> entries = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String raw : value.split(",", -1)) {
      Matcher m = ENTRY.matcher(raw.strip());
      if (!m.matches()) {
        return new VisibleDevices(entries, Optional.of(raw.strip()));
      }
      String entry = m.group(1) != null ? m.group(1) : m.group(2).replaceFirst("^0+(?=.)", "");
      boolean mixed = !entries.isEmpty() && !kind(entries.get(0)).equals(kind(entry));
      if (mixed || !seen.add(entry.toLowerCase(Locale.ROOT))) {
        return new VisibleDevices(List.of(), Optional.of(entry));
      }
      entries.add(entry);
    }
    return new VisibleDevices(entries, Optional.empty());
  }

  private static String kind(String entry) {
    return Character.isDigit(entry.charAt(0)) ? "" : entry.substring(0, 3);
  }

  /** Whether no device is left, whatever devices there are. */
  public boolean hidesAll() {
    return entries.isEmpty();
  }

  /** Whether the first entry is an index that so many devices do not reach. */
  boolean startsBeyond(long devices) {
    return !entries.isEmpty()
        && kind(entries.get(0)).isEmpty()
        && (entries.get(0).length() > 4 || Integer.parseInt(entries.get(0)) >= devices);
  }
}
