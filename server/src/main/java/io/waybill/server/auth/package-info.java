/**
 * Who is calling: bearer tokens (JWT) and client certificates, and the caller that they make.
 *
 * <p>{@link io.waybill.server.auth.Authentication} is the way in. A token is verified by keys that
 * are there already, on threads of their own; fetching keys is the business of one thread in the
 * background, and no call ever waits for it. {@link io.waybill.server.auth.Refusals} alone decides
 * what a refused caller is told: of a token whose signature does not hold nothing, of a genuine one
 * what is wrong with it.
 *
 * <p>What must not live here: gRPC (the transport hands over a header's text and a certificate),
 * and what a role may do (that is {@code grpc.Permission}). No token is kept, logged or put into a
 * message.
 */
@NullMarked
package io.waybill.server.auth;

import org.jspecify.annotations.NullMarked;
