package io.waybill.server.bench;

import io.grpc.MethodDescriptor;

/** The calls of one load: what the next one asks, and whether its answer is one. */
interface Work<Q, A> {
  MethodDescriptor<Q, A> method();

  /**
   * The next request.
   *
   * @param caller which of the callers asks, from 0; each has one call under way
   */
  Q next(int caller);

  /** Whether the work was done. */
  boolean isDone(A answer);
}
