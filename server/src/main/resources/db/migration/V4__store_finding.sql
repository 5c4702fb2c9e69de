-- What was found of each destination's store, and with which configuration. See FindingStore.

CREATE TABLE store_finding (
  destination   ${text} NOT NULL,
  feature       ${text} NOT NULL, -- StoreFeature
  configuration ${text} NOT NULL,
  present       BOOLEAN NOT NULL,
  PRIMARY KEY (destination, feature)
);
