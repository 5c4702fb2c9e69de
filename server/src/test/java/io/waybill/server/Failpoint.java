package io.waybill.server;

import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadState;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ends this process at the nth call of one kind, before it or after it and ahead of any reply: no
 * hook runs, nothing is flushed or closed, as under kill -9.
 *
 * <p>Calls are named as the ports' methods. Changes of state are named by where they lead ({@code
 * ACTIVE}, {@code COMPLETED}); one that stays in COMPLETING is named {@code attempt}.
 */
final class Failpoint {
  /** What a process says that ended here. */
  static final String LAST_WORD = "failpoint ";

  private static final int KILLED = 137;

  private final String name;
  private final AtomicInteger remaining;

  /**
   * Sets one.
   *
   * @param name {@code before CALL} or {@code after CALL}
   */
  Failpoint(String name, int nth) {
    this.name = name;
    this.remaining = new AtomicInteger(nth);
  }

  /** The same port, with this in its way. */
  <T> T dress(Class<T> port, T inner) {
    Object dressed =
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> call(inner, method, arguments));
    return port.cast(dressed);
  }

  private @Nullable Object call(Object inner, Method method, Object @Nullable [] arguments)
      throws Throwable {
    String call = name(method, arguments);
    reach("before " + call);
    Object result;
    try {
      result = method.invoke(inner, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
    if (result instanceof CompletionStage<?> stage) {
      return stage.thenApply(
          value -> {
            reach("after " + call);
            return value;
          });
    }
    reach("after " + call);
    return result;
  }

  private static String name(Method method, Object @Nullable [] arguments) {
    if (arguments != null
        && arguments.length > 1
        && arguments[0] instanceof Upload seen
        && arguments[1] instanceof Progress next) {
      if (seen.state() != next.state()) {
        return next.state().name();
      }
      return next.state() == UploadState.COMPLETING ? "attempt" : "touch";
    }
    return method.getName();
  }

  private void reach(String point) {
    if (point.equals(name) && remaining.decrementAndGet() == 0) {
      System.out.println(LAST_WORD + name);
      System.out.flush();
      Runtime.getRuntime().halt(KILLED);
    }
  }
}
