-- What tenants have in use of destinations: the sum over their sessions there, changed in the very
-- transactions that change these. See Usage.

CREATE TABLE tenant_usage (
  destination    ${text} NOT NULL,
  tenant         ${text} NOT NULL,
  open_sessions  BIGINT NOT NULL,
  reserved_bytes BIGINT NOT NULL,
  PRIMARY KEY (destination, tenant)
);

-- Sessions that were there before.
INSERT INTO tenant_usage (destination, tenant, open_sessions, reserved_bytes)
SELECT
  destination,
  tenant,
  SUM(CASE WHEN state IN ('CREATING', 'ACTIVE', 'COMPLETING') THEN 1 ELSE 0 END),
  SUM(CASE WHEN state IN ('CREATING', 'ACTIVE', 'COMPLETING', 'COMPLETED') THEN size_bytes ELSE 0 END)
FROM upload GROUP BY destination, tenant;
