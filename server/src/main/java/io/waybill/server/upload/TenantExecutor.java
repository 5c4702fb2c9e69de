package io.waybill.server.upload;

import java.util.concurrent.Executor;

/** Runs work on behalf of tenants, so that none has to wait for another's flood. */
public interface TenantExecutor {
  /**
   * Runs it, now or later.
   *
   * @throws UploadException OVERLOADED where the tenant's share of what may wait is full
   */
  void execute(String tenant, Runnable work);

  /** The same for one tenant. */
  default Executor of(String tenant) {
    return work -> execute(tenant, work);
  }
}
