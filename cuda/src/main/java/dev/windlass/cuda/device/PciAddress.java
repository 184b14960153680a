package dev.windlass.cuda.device;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a device sits on the PCI bus. CUDA writes the domain with four digits, NVML with eight, in
 * either case; the values are the same.
 *
 * @param domain 0 or more
 * @param bus 0 to 255
 * @param device 0 to 31
 * @param function 0 to 7
 */
public record PciAddress(int domain, int bus, int device, int function) {
  private static final Pattern FORM =
      Pattern.compile("([0-9A-Fa-f]{4,8}):([0-9A-Fa-f]{2}):([0-9A-Fa-f]{2})\\.([0-7])");

  /**
   * Reads {@code "0000:3A:00.0"}.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static PciAddress parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a PCI address such as 0000:3a:00.0");
    }
    return new PciAddress(
        Integer.parseUnsignedInt(m.group(1), 16),
        Integer.parseInt(m.group(2), 16),
        Integer.parseInt(m.group(3), 16),
        Integer.parseInt(m.group(4), 16));
  }

  /** The kernel's form, as in {@code /sys/bus/pci/devices}. */
  @Override
  public String toString() {
    return "%04x:%02x:%02x.%d".formatted(domain, bus, device, function);
  }
}
