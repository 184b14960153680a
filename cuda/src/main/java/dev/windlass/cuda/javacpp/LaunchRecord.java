package dev.windlass.cuda.javacpp;

import java.nio.ByteBuffer;
import org.bytedeco.cuda.cudart.CUlaunchConfig;
import org.bytedeco.javacpp.Pointer;

/**
 * One thread's {@code CUlaunchConfig} and its attributes, written field by field as a C compiler
 * lays them out on every platform with 64-bit addresses: JavaCPP's setters would be a native call
 * each.
 */
final class LaunchRecord {
  private static final int CONFIG_BYTES = 56;
  private static final int ATTRIBUTES_AT = 40;
  private static final int COUNT_AT = 48;
  private static final int ATTRIBUTE_BYTES = 72;
  private static final int VALUE_AT = 8;
  private static final int COOPERATIVE = 2;
  private static final int CLUSTER_DIMENSION = 4;

  private final ByteBuffer fields = Scratch.direct(CONFIG_BYTES);
  private final ByteBuffer attributes = Scratch.direct(2 * ATTRIBUTE_BYTES);
  final CUlaunchConfig config = new CUlaunchConfig(new Pointer(fields));

  LaunchRecord() {
    fields.putLong(ATTRIBUTES_AT, new Pointer(attributes).address());
  }

  void shape(
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int dynamicSharedBytes,
      long stream) {
    fields.putInt(0, gridX).putInt(4, gridY).putInt(8, gridZ);
    fields.putInt(12, blockX).putInt(16, blockY).putInt(20, blockZ);
    fields.putInt(24, dynamicSharedBytes).putLong(32, stream);
  }

  void attributes(boolean cooperative, int clusterX, int clusterY, int clusterZ) {
    int count = 0;
    if (cooperative) {
      attributes.putInt(0, COOPERATIVE).putInt(VALUE_AT, 1);
      count++;
    }
    if (clusterX != 0) {
      int at = count++ * ATTRIBUTE_BYTES;
      attributes.putInt(at, CLUSTER_DIMENSION);
      attributes.putInt(at + VALUE_AT, clusterX).putInt(at + VALUE_AT + 4, clusterY);
      attributes.putInt(at + VALUE_AT + 8, clusterZ);
    }
    fields.putInt(COUNT_AT, count);
  }
}
