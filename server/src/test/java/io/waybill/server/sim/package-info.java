/**
 * The seeded simulator: the real use cases of several servers on a virtual clock, against a store
 * and an S3 that fail, delay, lose replies and lose servers, with an oracle that knows the
 * invariants of PROTOCOL.md. One baton passes between the actors, every port call is a yield point,
 * and one seed is one schedule.
 *
 * <p>A failing schedule replays with its trace: {@code mvn -q -pl server -am
 * -Dsurefire.failIfNoSpecifiedTests=false -Dtest=SimulatorTest -Dwaybill.sim.seed=N test}.
 */
@NullMarked
package io.waybill.server.sim;

import org.jspecify.annotations.NullMarked;
