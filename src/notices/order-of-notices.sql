-- What a notice is about, if others about it must not overtake it at the first attempt, and its place among them.
ALTER TABLE notices ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notices_not_yet_sent ON notices (subject, sequence) WHERE subject <> '' AND attempts = 0;

-- Attempts that were made before somebody asked for the notice again: the ladder starts anew after them.
ALTER TABLE notices ADD COLUMN attempts_before_replay INTEGER NOT NULL DEFAULT 0;

-- Each look at the outbox asks for these merchants, of whom there are few.
CREATE INDEX merchants_with_paused_notices ON merchants (mchid) WHERE notices_paused = 1;
