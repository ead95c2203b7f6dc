-- What goes wrong on purpose. An empty filter fits everything; probability in hundredths of a percent.
CREATE TABLE faults (
  fault_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  call TEXT NOT NULL DEFAULT '',
  -- Which product sends the notice; several may send one event type.
  product TEXT NOT NULL DEFAULT '',
  event_type TEXT NOT NULL DEFAULT '',
  mchid TEXT NOT NULL DEFAULT '',
  host TEXT NOT NULL DEFAULT '',
  -- Fields of the request, or of the plaintext of the notice, with the values that they must have: a JSON object.
  fields TEXT NOT NULL DEFAULT '{}',
  probability INTEGER NOT NULL,
  -- Injections at most; null without limit.
  count BIGINT,
  seed BIGINT NOT NULL,
  -- 0 for a kind that takes no time.
  delay_ms BIGINT NOT NULL,
  -- What it fitted since it was made, and how often of that the fault was injected.
  matched BIGINT NOT NULL DEFAULT 0,
  injected BIGINT NOT NULL DEFAULT 0
);
