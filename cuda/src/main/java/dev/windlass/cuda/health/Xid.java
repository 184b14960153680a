package dev.windlass.cuda.health;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the number means with which NVIDIA's driver reports an error of a GPU. The numbers and what
 * to do about them are in NVIDIA's "Xid Errors"; the words are ours. Most numbers have several
 * possible causes: the fault named here is the likeliest.
 *
 * @param code the number, 1 or more
 * @param meaning what happened, without a full stop
 * @param fault whose fault it is most likely
 * @param restart what has to start anew before the GPU can be trusted again
 */
public record Xid(int code, String meaning, Fault fault, Restart restart) {
  /** Whose fault an error is. */
  public enum Fault {
    /** The program on the GPU: its kernels, or how it was ended. */
    APPLICATION,
    /** The driver, or the firmware on the GPU. */
    DRIVER,
    /** The GPU, its memory, its slot or its power. */
    HARDWARE,
    /** NVLink: a cable, a switch, or the GPU at either end. */
    LINK,
    /** Nobody's: the driver tells what it did, or follows up on another error. */
    NOTICE,
    /** It is not known here. */
    UNKNOWN
  }

  /** What has to start anew, from little to much. */
  public enum Restart {
    /** Nothing. */
    NOTHING,
    /** The process whose work failed; the GPU serves others. */
    PROCESS,
    /** The pod, on another GPU; this one has to be reset before it is used again. */
    POD,
    /** The node. */
    NODE
  }

  private static final Map<Integer, Xid> KNOWN = new TreeMap<>();

  static {
    String table =
        """
        8   DRIVER      PROCESS a channel made no progress and the GPU stopped working on it
        11  APPLICATION PROCESS the commands sent to the GPU were not valid
        13  APPLICATION PROCESS a kernel did what it may not: most often it went out of bounds
        31  APPLICATION PROCESS a kernel used an address that is not mapped: most often out of bounds
        32  DRIVER      PROCESS the commands sent to the GPU were damaged, by the driver or on the PCI bus
        37  DRIVER      POD     the driver's firmware failed
        38  DRIVER      PROCESS the driver's firmware failed
        43  APPLICATION PROCESS a program's error made the GPU stop its work
        44  DRIVER      POD     the GPU failed while it changed from one process to another
        45  NOTICE      NOTHING the driver cleaned up after a process that ended or failed before
        46  HARDWARE    POD     the GPU stopped working
        48  HARDWARE    POD     the GPU's memory has an error in two bits, which cannot be corrected
        54  HARDWARE    NODE    the GPU's power cable is not connected
        56  DRIVER      NOTHING the display part failed
        57  HARDWARE    NODE    the GPU's memory could not be set up
        58  HARDWARE    NODE    the GPU's memory is not stable
        60  DRIVER      PROCESS the video part failed
        61  DRIVER      POD     the GPU's own controller stopped at a fault
        62  DRIVER      POD     the GPU's own controller came to a halt
        63  NOTICE      NOTHING a page or row of the GPU's memory is to be taken out of use
        64  HARDWARE    POD     a bad page or row of the GPU's memory could not be taken out of use
        65  DRIVER      PROCESS the video part failed
        66  DRIVER      PROCESS the driver made an access that is not allowed
        67  DRIVER      PROCESS the driver made an access that is not allowed
        68  APPLICATION PROCESS the video decoder failed, most often at damaged video
        69  APPLICATION PROCESS a kernel did what this GPU does not know
        70  APPLICATION PROCESS a copy engine failed
        71  APPLICATION PROCESS a copy engine failed
        72  APPLICATION PROCESS a copy engine failed
        73  APPLICATION PROCESS the video encoder failed
        74  LINK        POD     a connection of NVLink failed
        75  APPLICATION PROCESS a copy engine failed
        76  APPLICATION PROCESS a copy engine failed
        77  APPLICATION PROCESS a copy engine failed
        78  DRIVER      NODE    the driver for virtual GPUs did not start
        79  HARDWARE    NODE    the GPU has fallen off the PCI bus
        80  HARDWARE    POD     data were damaged on the way to the GPU
        81  HARDWARE    NOTHING the display part failed
        82  APPLICATION PROCESS the JPEG decoder failed
        83  APPLICATION PROCESS the video decoder failed
        84  APPLICATION PROCESS the video decoder failed
        85  APPLICATION PROCESS a copy engine failed
        86  APPLICATION PROCESS the optical flow engine failed
        88  APPLICATION PROCESS the video decoder failed
        89  APPLICATION PROCESS the video decoder failed
        92  HARDWARE    NOTHING errors of single bits in the GPU's memory are frequent; they are corrected
        93  NOTICE      NOTHING the GPU's store for its own settings was written more often than it is made for
        94  HARDWARE    PROCESS an error of the GPU's memory hit one process, and no other
        95  HARDWARE    POD     an error of the GPU's memory that may have hit any process
        96  APPLICATION PROCESS the video decoder failed
        109 APPLICATION PROCESS a kernel did not yield the GPU in time, so its process was stopped
        110 HARDWARE    NODE    a part of the GPU failed that guards its security
        119 DRIVER      POD     the GPU's system processor (GSP) did not answer the driver in time
        120 DRIVER      POD     the firmware of the GPU's system processor (GSP) failed
        121 LINK        NOTHING the link between processor and GPU (C2C) had an error that was corrected
        122 HARDWARE    NOTHING the GPU's store for its own settings could not be read
        123 HARDWARE    POD     the GPU's store for its own settings could not be written
        124 HARDWARE    NOTHING the GPU's store for its own settings could not be erased
        125 HARDWARE    NOTHING the GPU's store for its own settings is damaged
        136 LINK        POD     the links between GPUs could not be trained
        137 APPLICATION PROCESS a process used another GPU's memory over NVLink, where it may not or no more
        140 HARDWARE    POD     an error of the GPU's memory was found outside of any process, and not repaired
        143 HARDWARE    POD     the GPU could not be initialised
        144 LINK        POD     NVLink reports an error in its part SAW
        145 LINK        POD     NVLink reports an error in its part RLW
        146 LINK        POD     NVLink reports an error in its part TLW
        147 LINK        POD     NVLink reports an error in its part TREX
        148 LINK        POD     NVLink reports an error in its power control
        149 LINK        POD     NVLink reports an error of its physical link
        150 LINK        POD     NVLink reports an error in its management engine
        151 DRIVER      POD     the keys of confidential computing could not be changed
        154 NOTICE      NOTHING the driver has changed its mind on what this GPU needs; 'nvidia-smi -q' shows it
        155 LINK        NOTHING NVLink was shut down on purpose
        156 NOTICE      NOTHING a part of the GPU was taken out of use
        157 HARDWARE    NOTHING a part of the GPU could not be taken out of use
        158 HARDWARE    POD     the GPU did not answer in time
        160 NOTICE      NOTHING a channel of the GPU's memory was taken out of use
        161 HARDWARE    POD     a channel of the GPU's memory could not be taken out of use
        171 HARDWARE    POD     the error before this one was in the GPU's main memory
        172 HARDWARE    POD     the error before this one was in a memory on the GPU's chip
        """;
    for (String line : table.split("\n", -1)) {
      if (!line.isBlank()) {
        String[] cells = line.split(" +", 4);
        int code = Integer.parseInt(cells[0]);
        KNOWN.put(
            code, new Xid(code, cells[3], Fault.valueOf(cells[1]), Restart.valueOf(cells[2])));
      }
    }
  }

  /** What a number means. One that is not in the table has {@link Fault#UNKNOWN}. */
  public static Xid of(int code) {
    Xid known = KNOWN.get(code);
    return known != null
        ? known
        : new Xid(code, "an error that is not in our table", Fault.UNKNOWN, Restart.PROCESS);
  }

  /** The numbers that are in the table, ascending. */
  public static Set<Integer> known() {
    return new TreeSet<>(KNOWN.keySet());
  }

  /** What to do, without a full stop. */
  public String remedy() {
    if (fault == Fault.UNKNOWN) {
      return "Look the number up in NVIDIA's 'Xid Errors'";
    }
    return switch (restart) {
      case NOTHING -> "Nothing has to be done at once";
      case PROCESS ->
          fault == Fault.APPLICATION
              ? "Correct the program (compute-sanitizer finds the place), and start the process anew"
              : "Start the process anew; if it happens again, use another GPU";
      case POD -> "Run the pod on another GPU, and reset this one ('nvidia-smi -r' on the node)";
      case NODE ->
          "Run the pod elsewhere, and restart the node; if it happens again, have the"
              + " hardware looked at";
    };
  }

  /** One line for people: {@code Xid 79: the GPU has fallen off the PCI bus}. */
  @Override
  public String toString() {
    return "Xid " + code + ": " + meaning;
  }
}
