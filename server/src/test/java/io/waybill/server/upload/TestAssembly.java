package io.waybill.server.upload;

import java.time.Clock;

/** What makes objects out of parts, wired for tests as Core does it for a server. */
public record TestAssembly(
    Sessions sessions,
    Leases leases,
    StorageCreation creation,
    StorageCleaning cleaning,
    Assembly assembly) {

  public static TestAssembly of(
      UploadStore store,
      ObjectStore objects,
      Destinations destinations,
      Clock clock,
      Pauses pauses,
      Timing timing) {
    Sessions sessions = new Sessions(store, clock);
    Leases leases = new Leases(store, clock, timing);
    StorageCreation creation = new StorageCreation(store, objects, clock, timing);
    StorageCleaning cleaning = new StorageCleaning(store, objects, creation, clock, timing);
    Completion completion =
        new Completion(
            store,
            objects,
            sessions,
            leases,
            new ContentInspection(destinations, objects, new FakeContentDetector()),
            cleaning,
            clock,
            pauses,
            timing);
    return new TestAssembly(
        sessions,
        leases,
        creation,
        cleaning,
        new Assembly(store, objects, sessions, completion, clock, pauses, timing));
  }
}
