package io.waybill.server.sql;

import io.waybill.server.upload.Upload;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** What is read: the rows, and what the journal holds on top of them. */
final class Readings {
  private final Database database;
  private final ReportTarget reports;

  Readings(Database database, ReportTarget reports) {
    this.database = database;
    this.reports = reports;
  }

  Optional<Upload> one(Function<Handle, Optional<StoredUpload>> reading) {
    return all(handle -> reading.apply(handle).stream().toList()).stream().findFirst();
  }

  List<Upload> all(Function<Handle, List<StoredUpload>> reading) {
    return of((handle, unfolded) -> Folding.whole(handle, unfolded, reading.apply(handle)));
  }

  /** In one transaction, where rows and journal have to be put together. */
  <T> T of(BiFunction<Handle, Unfolded, T> reading) {
    Unfolded unfolded = reports.unfolded();
    try {
      return database
          .readers()
          .withHandle(
              handle ->
                  unfolded.isEmpty()
                      ? reading.apply(handle, unfolded)
                      : handle.inTransaction(same -> reading.apply(same, unfolded)));
    } catch (RuntimeException e) {
      throw StoreFailures.of(database, e);
    }
  }
}
