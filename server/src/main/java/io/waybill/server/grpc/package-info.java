/**
 * The contract on the wire: the service, which translates a request, calls a use case and
 * translates its answer, and the server it stands on.
 *
 * <p>{@link io.waybill.server.grpc.StatusErrors} alone makes a gRPC status. {@link
 * io.waybill.server.grpc.CallGuard} sees to it that every call ends in one, whatever its bytes are.
 * {@link io.waybill.server.grpc.Calls} hands calls to threads that may block; nothing here blocks
 * on gRPC's own.
 *
 * <p>What must not live here: rules of the domain. What is checked here is the form of a message
 * (numbers of enums, bounds that the contract names, tokens), never the state of an upload.
 */
@NullMarked
package io.waybill.server.grpc;

import org.jspecify.annotations.NullMarked;
