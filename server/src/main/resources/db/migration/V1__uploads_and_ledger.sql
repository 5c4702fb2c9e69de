-- One schema for every engine. What differs is filled in by Flyway:
--   ${upload_no}  an integer primary key that is never given twice, not even after a row is deleted
--   ${part_key}   a 64-bit integer primary key, chosen by us
--   ${text}       text that compares byte by byte
--   ${bytes}      raw bytes
-- Times are milliseconds since 1970.

CREATE TABLE upload (
  upload_no          ${upload_no},

  -- What never changes (UploadSpec).
  upload_id          ${text} NOT NULL,
  tenant             ${text} NOT NULL,
  request_id         ${text} NOT NULL,
  request_digest     ${text} NOT NULL,
  destination        ${text} NOT NULL,
  bucket             ${text} NOT NULL,
  object_key         ${text} NOT NULL,
  filename           ${text} NOT NULL,
  content_type       ${text} NOT NULL,
  mode               ${text} NOT NULL,
  size_bytes         BIGINT NOT NULL,
  part_size_bytes    BIGINT NOT NULL,
  checksum_algorithm ${text} NOT NULL,
  metadata           ${text} NOT NULL, -- a JSON object of strings
  overwrite          BOOLEAN NOT NULL,
  session_ttl_millis BIGINT NOT NULL,
  create_time        BIGINT NOT NULL,
  max_expire_time    BIGINT NOT NULL,

  -- What the state machine owns (Progress).
  state              ${text} NOT NULL,
  fence              BIGINT NOT NULL,
  lease_until        BIGINT,
  storage_upload_id  ${text} NOT NULL,
  unsettled_since    BIGINT,
  clean_at           BIGINT,
  complete_time      BIGINT,
  object_etag        ${text}, -- set if and only if there is an object
  object_version_id  ${text},
  object_size_bytes  BIGINT,
  object_checksum    ${bytes},
  failure_reason     ${text},
  failure_message    ${text},

  -- What moves without the state machine.
  expire_time        BIGINT NOT NULL,
  url_end            BIGINT NOT NULL,
  uploaded_parts     INTEGER NOT NULL,
  uploaded_bytes     BIGINT NOT NULL,
  update_time        BIGINT NOT NULL,
  revision           BIGINT NOT NULL,

  -- When the sweeper has to look at it; null: never. See UploadTable.
  due_at             BIGINT
);

CREATE UNIQUE INDEX upload_by_id ON upload (upload_id);
CREATE UNIQUE INDEX upload_by_request ON upload (tenant, request_id);
-- The ids sort by age.
CREATE INDEX upload_by_tenant ON upload (tenant, upload_id);
CREATE INDEX upload_by_due ON upload (due_at, upload_no) WHERE due_at IS NOT NULL;

-- The ledger. There are ten thousand times more rows here: the key is one integer,
-- upload_no << 14 | part_number, which SQLite takes for the rowid (36 bytes a row, not 82).
CREATE TABLE part (
  part_key    ${part_key},
  size_bytes  BIGINT NOT NULL,
  etag        ${text} NOT NULL,
  checksum    ${bytes},
  record_time BIGINT NOT NULL
);
