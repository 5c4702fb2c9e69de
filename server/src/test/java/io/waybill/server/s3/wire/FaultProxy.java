package io.waybill.server.s3.wire;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy before one S3 server that spoils requests and replies to order, and passes on all
 * others byte by byte: clients sign for its own host and port, and S3 verifies against the Host
 * header that it gets.
 */
final class FaultProxy implements AutoCloseable {
  /** Longer than any client waits. */
  private static final int PATIENCE_MILLIS = 10_000;

  /**
   * A fault, and whether S3 does what was asked.
   *
   * @param times how many requests of the operation meet it, from the next one on
   */
  record Plan(Operation operation, Fault fault, boolean applied, int times) {}

  private final ServerSocket listener;
  private final Upstream upstream;
  private final Map<Operation, Plan> plans = new ConcurrentHashMap<>();
  private final Map<Operation, AtomicInteger> left = new EnumMap<>(Operation.class);
  private final AtomicInteger fired = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private FaultProxy(ServerSocket listener, URI server) {
    this.listener = listener;
    this.upstream = new Upstream(server);
    for (Operation operation : Operation.values()) {
      left.put(operation, new AtomicInteger());
    }
    thread("accept", this::accept);
  }

  /** Listens on a free port of the loopback address. */
  static FaultProxy before(URI server) throws IOException {
    return new FaultProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Spoils the next requests of an operation, in place of what was planned for it before. */
  void plan(Plan plan) {
    plans.put(plan.operation(), plan);
    count(plan.operation()).set(plan.times());
  }

  /** How many requests were spoilt. */
  int fired() {
    return fired.get();
  }

  /** From now on everything passes. */
  void calm() {
    left.values().forEach(count -> count.set(0));
  }

  /** Waits until nothing that was spoilt can have an effect any more. */
  void settle() {
    Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> underWay.get() == 0);
  }

  @Override
  public void close() throws IOException {
    closed.set(true);
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  private AtomicInteger count(Operation operation) {
    AtomicInteger count = left.get(operation);
    if (count == null) {
      throw new IllegalStateException("no count of " + operation);
    }
    return count;
  }

  private void accept() {
    while (!closed.get()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        thread("connection", () -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setTcpNoDelay(true);
      client.setSoTimeout(PATIENCE_MILLIS);
      InputStream in = new BufferedInputStream(client.getInputStream());
      boolean goesOn = true;
      while (goesOn) {
        Optional<HttpMessage> request = HttpMessage.request(in);
        goesOn = request.isPresent() && answer(request.get(), in, client);
      }
    } catch (IOException e) {
      // Either side has hung up: what a wire does.
    } finally {
      open.remove(client);
    }
  }

  /** Returns whether the connection can take another request. */
  private boolean answer(HttpMessage request, InputStream in, Socket client) throws IOException {
    Operation operation = Operation.of(request);
    @Nullable Plan plan = due(operation);
    if (plan == null) {
      client.getOutputStream().write(upstream.ask(request).bytes());
      return true;
    }
    underWay.incrementAndGet();
    try {
      return spoil(request, operation, plan, in, client);
    } finally {
      underWay.decrementAndGet();
    }
  }

  private boolean spoil(
      HttpMessage request, Operation operation, Plan plan, InputStream in, Socket client)
      throws IOException {
    Fault fault = plan.fault();
    boolean now = plan.applied() && fault != Fault.LANDS_LATE;
    Optional<HttpMessage> honest = now ? Optional.of(upstream.ask(request)) : Optional.empty();
    client.getOutputStream().write(fault.reply(operation, honest));
    if (fault.stalls()) {
      awaitHangUp(in);
    }
    if (fault == Fault.LANDS_LATE) {
      upstream.ask(request);
    }
    return !fault.breaks();
  }

  private @Nullable Plan due(Operation operation) {
    boolean due = count(operation).getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    if (due) {
      fired.incrementAndGet();
    }
    return due ? plans.get(operation) : null;
  }

  private static void awaitHangUp(InputStream in) throws IOException {
    try {
      while (in.read() >= 0) {
        // A client that has given up sends nothing more.
      }
    } catch (SocketTimeoutException e) {
      throw new IllegalStateException("the client waits for ever", e);
    } catch (IOException e) {
      // Reset, which is a way of hanging up.
    }
  }

  private static void thread(String name, Runnable work) {
    Thread thread = new Thread(work, "fault-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }
}
