package io.leat.action.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds a host's addresses and refuses what a blueprint must not reach. Whoever connects, connects
 * to an address that came from here: a second look-up could tell another one (DNS rebinding).
 * Thread-safe.
 */
public final class Addresses implements AutoCloseable {
  /** More addresses of a host than these are not tried. */
  static final int MOST = 4;

  private static final int THREADS = 16;
  private static final long IDLE_SECONDS = 10;

  private final Resolver resolver;
  private final ThreadPoolExecutor threads;

  /** Looks a host up. */
  @FunctionalInterface
  public interface Resolver {
    /** All addresses of a host, best first. */
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  /** Asks the machine's own resolver. */
  public Addresses(ThreadFactory threads) {
    this(InetAddress::getAllByName, threads);
  }

  /**
   * Asks any resolver.
   *
   * @param threads for look-ups: the machine's resolver takes its time and cannot be interrupted
   */
  public Addresses(Resolver resolver, ThreadFactory threads) {
    this.resolver = resolver;
    this.threads =
        new ThreadPoolExecutor(
            0, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
  }

  /**
   * Addresses that may be connected to, best first. When one of a host's addresses is forbidden,
   * all are: such a host cannot be told from one that tries to lead inside.
   *
   * @param allowPrivate whether this machine and its networks are allowed; link-local and multicast
   *     addresses and metadata services never are
   * @throws UnknownHostException if there is no such host, or nobody knows within the time; the
   *     message says which
   * @throws ForbiddenAddressException if it must not be connected to
   * @throws InterruptedException if interrupted
   */
  public List<InetAddress> of(String host, boolean allowPrivate, Duration within)
      throws UnknownHostException, ForbiddenAddressException, InterruptedException {
    InetAddress[] found = lookUp(host, within);
    List<InetAddress> allowed = new ArrayList<>();
    for (InetAddress address : found) {
      AddressGuard.Reach reach = AddressGuard.reach(address);
      if (reach == AddressGuard.Reach.NEVER) {
        throw new ForbiddenAddressException(
            "'"
                + host
                + "' is at "
                + address.getHostAddress()
                + ", where no target may be: name another host");
      }
      if (reach == AddressGuard.Reach.PRIVATE && !allowPrivate) {
        throw new ForbiddenAddressException(
            "'"
                + host
                + "' is at "
                + address.getHostAddress()
                + ", inside: if it is meant, write 'allow-private: true' at the target");
      }
      if (allowed.size() < MOST) {
        allowed.add(address);
      }
    }
    return allowed;
  }

  private InetAddress[] lookUp(String host, Duration within)
      throws UnknownHostException, InterruptedException {
    Future<InetAddress[]> look;
    try {
      look = threads.submit(() -> resolver.resolve(host));
    } catch (RejectedExecutionException e) {
      throw unknown("too many look-ups of hosts wait for an answer", e);
    }
    try {
      return look.get(within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw unknown("'" + host + "' could not be looked up in time", e);
    } catch (ExecutionException e) {
      throw unknown("there is no host '" + host + "', or its name server does not answer", e);
    } finally {
      look.cancel(true);
    }
  }

  private static UnknownHostException unknown(String message, Exception cause) {
    UnknownHostException unknown = new UnknownHostException(message);
    unknown.initCause(cause);
    return unknown;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
