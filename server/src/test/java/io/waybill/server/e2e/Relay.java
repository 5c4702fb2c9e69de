package io.waybill.server.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A load balancer of the plainest kind: one address, and behind it what the test says. */
final class Relay implements AutoCloseable {
  private final ServerSocket door;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile String target;

  Relay(String target) throws IOException {
    this.target = target;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  String address() {
    return "127.0.0.1:" + door.getLocalPort();
  }

  /** From now on new connections go there. */
  void pointAt(String otherTarget) {
    target = otherTarget;
  }

  /** Breaks all connections. */
  void cut() {
    open.forEach(Relay::shut);
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket caller = door.accept();
        open.add(caller);
        thread(() -> connect(caller));
      } catch (IOException e) {
        // closed, or the caller has gone
      }
    }
  }

  private void connect(Socket caller) {
    String[] parts = target.split(":", 2);
    try (caller;
        Socket server = new Socket(parts[0], Integer.parseInt(parts[1]))) {
      open.add(server);
      Thread back = thread(() -> pump(server, caller));
      pump(caller, server);
      back.join();
    } catch (IOException e) {
      // nobody is there
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(caller);
    }
  }

  private void pump(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // cut
    } finally {
      shut(from);
      shut(to);
      open.remove(from);
    }
  }

  private static void shut(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is broken all the same
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Override
  public void close() throws IOException {
    door.close();
    cut();
  }
}
