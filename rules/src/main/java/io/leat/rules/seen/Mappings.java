package io.leat.rules.seen;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

/**
 * Unmaps files. Without it a deleted file keeps its room on disk until the collector comes by, and
 * a large heap is seldom collected as a whole.
 */
final class Mappings {
  private static final MethodHandle CLEANER = cleaner();

  private Mappings() {}

  /** Unmaps the buffer; whoever reads it afterwards crashes the process. */
  static void release(MappedByteBuffer buffer) {
    try {
      CLEANER.invokeExact((ByteBuffer) buffer);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot unmap a file", e);
    }
  }

  /** {@code jdk.unsupported} exports it, and there is no other way before Java 22. */
  private static MethodHandle cleaner() {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
