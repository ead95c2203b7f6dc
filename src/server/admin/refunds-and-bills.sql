-- Lists have the newest first.
CREATE INDEX refunds_newest ON refunds (create_time, mchid, out_refund_no);
CREATE INDEX bills_newest ON bills (made_time, bill_id);
