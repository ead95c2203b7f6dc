-- What an entry's page shows, without another index to write to for orders that are paid and notices of orders.
CREATE INDEX failed_transactions_by_parking ON transactions (parking_id) WHERE trade_state = 'PAY_FAIL';
CREATE INDEX notices_of_entries ON notices (subject, sequence) WHERE event_type = 'VEHICLE.ENTRANCE_STATE_CHANGE';
