-- What is due of one merchant is found without a look at what is due of the others.
DROP INDEX notices_due;
CREATE INDEX notices_due ON notices (mchid, due_at) WHERE due_at IS NOT NULL;
