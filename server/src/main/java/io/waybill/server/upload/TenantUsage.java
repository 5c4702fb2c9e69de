package io.waybill.server.upload;

/** What one tenant has in use of one destination. */
public record TenantUsage(String destination, String tenant, Usage usage) {}
