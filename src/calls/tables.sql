-- The newest calls of all nodes, as they were requested and answered. They are for people and never go over the wire.
CREATE TABLE recent_calls (
  -- When the request came, in microseconds, of which the last three digits count the calls of a millisecond.
  wall_time_us BIGINT NOT NULL,
  -- Also of what is answered without a Request-ID, which gets one of its own.
  request_id TEXT NOT NULL,
  -- 1 when the signature was right. The others are counted apart, so that they push none of these out.
  is_verified INTEGER NOT NULL,
  business_time BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  -- The call; null when the path has none, or not with this method.
  op TEXT,
  mchid TEXT,
  -- Null when nothing was sent.
  status INTEGER,
  code TEXT,
  -- The numbers and ids that the request names, as a JSON object.
  numbers TEXT,
  -- The rules that were injected and the parameters that nobody documents, as JSON lists.
  faults TEXT,
  unknown_fields TEXT,
  -- Method and target, a line for each header that is kept, an empty line and the first bytes of the body.
  request TEXT NOT NULL,
  request_length BIGINT NOT NULL,
  -- The first bytes of the body; null for a file, of which only the length is kept, and when nothing was sent.
  reply TEXT,
  reply_length BIGINT,
  -- The certificate or key that has signed the reply.
  signed_by TEXT,
  -- One index for the order and for what is to be deleted.
  PRIMARY KEY (wall_time_us, request_id, is_verified)
);
