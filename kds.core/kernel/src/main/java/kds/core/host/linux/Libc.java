package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** Finds the C library's functions and links them, so that a call leaves its errno behind. */
final class Libc {
  /** Where a call leaves errno: the first argument of every handle made here. */
  static final StructLayout STATE = Linker.Option.captureStateLayout();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private Libc() {}

  /** A function that returns int, or -1 with errno. */
  static MethodHandle returningInt(String name, ValueLayout... arguments) {
    return link(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** A function that returns a long, or -1 with errno. */
  static MethodHandle returningLong(String name, ValueLayout... arguments) {
    return link(name, FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  /** A function of int that takes further arguments as printf does, after the fixed ones. */
  static MethodHandle variadic(int fixed, String name, ValueLayout... arguments) {
    return link(
        name, FunctionDescriptor.of(JAVA_INT, arguments), Linker.Option.firstVariadicArg(fixed));
  }

  /** {@code syscall(number, ...)}: for what has no wrapper, or one that does more than wanted. */
  static MethodHandle syscall(ValueLayout... arguments) {
    FunctionDescriptor type =
        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG).appendArgumentLayouts(arguments);
    return link("syscall", type, Linker.Option.firstVariadicArg(1));
  }

  /** What a call returned, with {@code -errno} in place of -1. */
  static long result(MemorySegment state, long returned) {
    return returned >= 0 ? returned : -(int) ERRNO.get(state, 0L);
  }

  /** What a call returned, with {@code -errno} in place of -1. */
  static int result(MemorySegment state, int returned) {
    return returned >= 0 ? returned : -(int) ERRNO.get(state, 0L);
  }

  /** One call; {@code state} is the first argument of its handle. */
  @FunctionalInterface
  interface Call {
    int make(Arena arena, MemorySegment state) throws Throwable;
  }

  /**
   * Makes a call that answers -1 when it fails.
   *
   * @return what it answered
   * @throws FailedCall with its errno
   */
  static int checked(String what, Call call) throws FailedCall {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result = call.make(arena, state);
      if (result == -1) {
        throw new FailedCall(what, (int) ERRNO.get(state, 0L));
      }
      return result;
    } catch (FailedCall e) {
      throw e;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /**
   * A downcall handle throws nothing of its own; this is for the compiler and for the JVM's end.
   */
  static IllegalStateException broken(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("A call into the C library could not be made", cause);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(
      String name, FunctionDescriptor type, Linker.Option... furtherOptions) {
    MemorySegment address =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "The C library has no " + name + "(); KDS needs glibc 2.34 or newer"));
    Linker.Option[] options = new Linker.Option[furtherOptions.length + 1];
    options[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(furtherOptions, 0, options, 1, furtherOptions.length);
    return LINKER.downcallHandle(address, type, options);
  }

  /** The C string at an address. */
  @SuppressWarnings("restricted")
  static String string(MemorySegment structure, long offset) {
    MemorySegment address = structure.get(ADDRESS, offset);
    return address.address() == 0 ? "" : address.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
