/**
 * Bugs planted on purpose, each with the test that has to catch it: {@code mvn -q -Pchaos verify
 * -Dtest=PlantedBugsTest} plants them one by one into a copy of the class and wants to see red.
 */
@NullMarked
package io.waybill.server.planted;

import org.jspecify.annotations.NullMarked;
