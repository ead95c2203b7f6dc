-- What somebody who changes the world by the administration API has to remember, such as how to put it back.
CREATE TABLE reminders (
  reminder_id TEXT PRIMARY KEY,
  text TEXT NOT NULL
);
