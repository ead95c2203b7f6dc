-- Requests whose signature was refused, with what was expected and what came. They are for people and never go over the wire.
CREATE TABLE refused_signatures (
  request_id TEXT PRIMARY KEY,
  wall_time BIGINT NOT NULL,
  business_time BIGINT NOT NULL,
  -- The call, and the name of the error that was answered.
  op TEXT NOT NULL,
  error TEXT NOT NULL,
  method TEXT NOT NULL,
  target TEXT NOT NULL,
  -- The header as it came, and what could be read of it; empty where nothing could.
  authorization_header TEXT NOT NULL,
  mchid TEXT NOT NULL,
  serial_no TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  nonce_str TEXT NOT NULL,
  -- The first 64 KiB in Base64, and the length of all of it; null when the request was refused before its body was read.
  body TEXT,
  body_length BIGINT,
  -- The likely cause, and all that come together as a JSON list.
  cause TEXT NOT NULL,
  causes TEXT NOT NULL,
  explanation TEXT NOT NULL,
  -- What the caller has signed, in Base64, when it was found; the first 80 KiB.
  signed_message TEXT,
  -- The first byte in which it differs from the expected message.
  first_difference BIGINT,
  -- The digest that was signed, in hexadecimal, when the signature gave it back.
  signed_digest TEXT,
  -- The certificate or key whose private key has signed, when it was found.
  signed_by TEXT
);
CREATE INDEX refused_signatures_newest ON refused_signatures (wall_time, request_id);
