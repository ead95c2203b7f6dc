-- How a card's bank takes refunds.
ALTER TABLE scripted_cards ADD COLUMN refund_behaviour TEXT NOT NULL DEFAULT 'APPROVE';
-- Refunds that the scripted banks were asked to take, in their own books.
CREATE TABLE scripted_refunds (
  refund_id TEXT PRIMARY KEY,
  card_id TEXT NOT NULL,
  amount BIGINT NOT NULL,
  -- The card's, when the bank was asked first.
  behaviour TEXT NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0,
  -- What the bank has decided, whether or not it has said so; null before.
  outcome TEXT CHECK (outcome IN ('approved', 'no_funds', 'refused'))
);
