-- What was sold, and whether it was handed over.
CREATE TABLE kiosk_sales (
  mchid TEXT NOT NULL,
  out_trade_no TEXT NOT NULL,
  handed_over INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (mchid, out_trade_no),
  FOREIGN KEY (mchid, out_trade_no) REFERENCES orders (mchid, out_trade_no)
);
