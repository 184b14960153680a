package dev.windlass.cuda;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A record as a C struct: its components in order, each at the next place that its alignment
 * allows, the whole padded to the largest alignment. Numbers are as in C, a boolean is a byte,
 * memory is a pointer, records and arrays are within.
 */
final class StructLayout {
  private static final ClassValue<StructLayout> LAYOUTS =
      new ClassValue<>() {
        @Override
        protected StructLayout computeValue(Class<?> type) {
          return new StructLayout(type);
        }
      };

  private record Field(String name, Class<?> type, MethodHandle accessor) {}

  private final Class<?> type;
  private final List<Field> fields = new ArrayList<>();

  private StructLayout(Class<?> type) {
    this.type = type;
    for (RecordComponent component : type.getRecordComponents()) {
      try {
        component.getAccessor().setAccessible(true);
        fields.add(
            new Field(
                component.getName(),
                component.getType(),
                MethodHandles.lookup().unreflect(component.getAccessor())));
      } catch (IllegalAccessException | RuntimeException e) {
        throw new InvalidUseException(
            "passing a " + type.getSimpleName() + " to a kernel",
            "its components cannot be read: " + e.getMessage(),
            "Make the record public, or open its package");
      }
    }
  }

  static StructLayout of(Class<? extends Record> type) {
    return LAYOUTS.get(type);
  }

  /**
   * The size of a value as a struct, and its alignment.
   *
   * @param bytes 1 at least, as C++ has it
   * @param alignment a power of two
   */
  record Extent(int bytes, int alignment) {}

  /** Where a value would end. */
  Extent extent(Record value) {
    return write(value, ByteBuffer.allocate(0), 0, false, m -> {});
  }

  /**
   * Writes a value.
   *
   * @param to in native order, large enough
   * @param at where it starts
   * @param memories takes the memory that is in it
   */
  void write(Record value, ByteBuffer to, int at, Consumer<DeviceMemory> memories) {
    write(value, to, at, true, memories);
  }

  private Extent write(
      Record value, ByteBuffer to, int start, boolean really, Consumer<DeviceMemory> memories) {
    int end = 0;
    int most = 1;
    for (Field field : fields) {
      Object part = read(field, value);
      Extent extent = extentOf(field, part);
      int offset = align(end, extent.alignment());
      if (really) {
        put(field, part, to, start + offset, memories);
      }
      end = offset + extent.bytes();
      most = Math.max(most, extent.alignment());
    }
    return new Extent(Math.max(1, align(end, most)), most);
  }

  private static int align(int at, int alignment) {
    return (at + alignment - 1) / alignment * alignment;
  }

  private Object read(Field field, Record value) {
    try {
      Object part = field.accessor().invoke(value);
      if (part == null) {
        throw invalid(field, "is null", "Give it a value");
      }
      return part;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private Extent extentOf(Field field, Object part) {
    if (part instanceof Record inner && !(part instanceof KernelArgument)) {
      return of(inner.getClass()).extent(inner);
    }
    if (part.getClass().isArray() && part.getClass().getComponentType().isPrimitive()) {
      int size = sizeOf(part.getClass().getComponentType());
      return new Extent(Array.getLength(part) * size, size);
    }
    int size = part instanceof DeviceMemory || part instanceof KernelArgument ? 8 : size(part);
    if (size == 0) {
      throw invalid(
          field,
          "is a " + field.type().getSimpleName() + ", which C does not have",
          "Use numbers, booleans, device memory, arrays of numbers and records");
    }
    return new Extent(size, size);
  }

  private static int size(Object part) {
    Class<?> primitive =
        java.lang.invoke.MethodType.methodType(part.getClass()).unwrap().returnType();
    return primitive.isPrimitive() ? sizeOf(primitive) : 0;
  }

  private static int sizeOf(Class<?> primitive) {
    return switch (primitive.getName()) {
      case "boolean", "byte" -> 1;
      case "short", "char" -> 2;
      case "int", "float" -> 4;
      default -> 8;
    };
  }

  private void put(
      Field field, Object part, ByteBuffer to, int at, Consumer<DeviceMemory> memories) {
    if (part instanceof DeviceMemory memory) {
      to.putLong(at, memory.address());
      memories.accept(memory);
    } else if (part instanceof KernelArgument.Untyped untyped) {
      put(field, untyped.memory(), to, at, memories);
    } else if (part instanceof KernelArgument.Address address) {
      to.putLong(at, address.value());
    } else if (part instanceof Record inner) {
      of(inner.getClass()).write(inner, to, at, memories);
    } else if (part.getClass().isArray()) {
      int size = sizeOf(part.getClass().getComponentType());
      for (int i = 0; i < Array.getLength(part); i++) {
        putNumber(Array.get(part, i), to, at + i * size);
      }
    } else {
      putNumber(part, to, at);
    }
  }

  static void putNumber(Object number, ByteBuffer to, int at) {
    if (number instanceof Boolean b) {
      to.put(at, (byte) (b ? 1 : 0));
    } else if (number instanceof Byte b) {
      to.put(at, b);
    } else if (number instanceof Short s) {
      to.putShort(at, s);
    } else if (number instanceof Character c) {
      to.putChar(at, c);
    } else if (number instanceof Integer i) {
      to.putInt(at, i);
    } else if (number instanceof Long l) {
      to.putLong(at, l);
    } else if (number instanceof Float f) {
      to.putFloat(at, f);
    } else {
      to.putDouble(at, (Double) number);
    }
  }

  private InvalidUseException invalid(Field field, String problem, String remedy) {
    return new InvalidUseException(
        "passing a " + type.getSimpleName() + " to a kernel",
        "its component " + field.name() + " " + problem,
        remedy);
  }
}
