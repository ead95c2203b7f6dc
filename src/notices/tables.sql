-- The outbox: a row is written by the transaction that causes the notice.
CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  notify_url TEXT NOT NULL,
  -- Several products may send the same event type. Empty for what nobody has declared.
  product TEXT NOT NULL,
  event_type TEXT NOT NULL,
  original_type TEXT NOT NULL,
  summary TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  -- The plaintext; it is sealed and signed afresh for each attempt.
  resource TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('PENDING', 'DELIVERED', 'EXHAUSTED')),
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Business time of the next attempt; null once the notice is delivered or exhausted.
  due_at BIGINT,
  -- Wall time until which a worker has the notice in hand.
  leased_until BIGINT NOT NULL DEFAULT 0,
  -- What it is about, such as order/<mchid>/<out_trade_no>. Empty where that is nothing that is kept.
  subject TEXT NOT NULL,
  -- Its position among those of its subject that must not overtake each other at the first attempt; null when it may.
  sequence INTEGER,
  -- Attempts that were made before somebody asked for the notice again: the retry schedule starts anew after them.
  attempts_before_replay INTEGER NOT NULL DEFAULT 0,
  -- The faults to inject into the next attempt, as JSON; null when no rule was matched against the notice yet.
  faults TEXT,
  -- 1 while a notice waits for another one of its merchant to overtake it, and holds back no other meanwhile.
  held INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX notices_not_yet_sent ON notices (subject, sequence) WHERE sequence IS NOT NULL AND attempts = 0;
CREATE INDEX notices_by_subject ON notices (subject, id) WHERE subject <> '';
-- What lists read. Two have the states apart, so that the few that are in one are found among a million.
CREATE INDEX notices_by_state ON notices (state, id);
CREATE INDEX notices_by_merchant ON notices (mchid, state, id);
CREATE INDEX notices_by_product ON notices (product, id);
CREATE INDEX notices_by_event ON notices (event_type, id);
CREATE INDEX notices_held ON notices (mchid) WHERE held = 1;
CREATE INDEX notices_due ON notices (mchid, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE notice_attempts (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  attempt INTEGER NOT NULL,
  business_time BIGINT NOT NULL,
  wall_time BIGINT NOT NULL,
  duration_ms INTEGER NOT NULL,
  request_headers TEXT NOT NULL,
  request_body TEXT NOT NULL,
  -- Null when no reply came.
  reply_status INTEGER,
  reply_body TEXT NOT NULL DEFAULT '',
  -- Why the attempt is not an acknowledgement; empty when it is.
  failure TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (notice_id, attempt)
);
