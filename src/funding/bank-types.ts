/**
 * Codes that `bank_type` has in replies and notices, with their Chinese names: WeChat Pay's published table as far as it
 * concerns banks with many cards. `DEBIT` is a debit card, `CREDIT` a credit card.
 */
export const BANK_TYPES = {
  ICBC_DEBIT: '工商银行(借记卡)',
  ICBC_CREDIT: '工商银行(信用卡)',
  ABC_DEBIT: '农业银行(借记卡)',
  ABC_CREDIT: '农业银行(信用卡)',
  PSBC_DEBIT: '邮储银行(借记卡)',
  PSBC_CREDIT: '邮储银行(信用卡)',
  CCB_DEBIT: '建设银行(借记卡)',
  CCB_CREDIT: '建设银行(信用卡)',
  CMB_DEBIT: '招商银行(借记卡)',
  CMB_CREDIT: '招商银行(信用卡)',
  BOC_DEBIT: '中国银行(借记卡)',
  BOC_CREDIT: '中国银行(信用卡)',
  COMM_DEBIT: '交通银行(借记卡)',
  COMM_CREDIT: '交通银行(信用卡)',
  SPDB_DEBIT: '浦发银行(借记卡)',
  SPDB_CREDIT: '浦发银行(信用卡)',
  GDB_DEBIT: '广发银行(借记卡)',
  GDB_CREDIT: '广发银行(信用卡)',
  CMBC_DEBIT: '民生银行(借记卡)',
  CMBC_CREDIT: '民生银行(信用卡)',
  PAB_DEBIT: '平安银行(借记卡)',
  PAB_CREDIT: '平安银行(信用卡)',
  CEB_DEBIT: '光大银行(借记卡)',
  CEB_CREDIT: '光大银行(信用卡)',
  CIB_DEBIT: '兴业银行(借记卡)',
  CIB_CREDIT: '兴业银行(信用卡)',
  CITIC_DEBIT: '中信银行(借记卡)',
  CITIC_CREDIT: '中信银行(信用卡)',
  HXB_DEBIT: '华夏银行(借记卡)',
  HXB_CREDIT: '华夏银行(信用卡)',
  BOSH_DEBIT: '上海银行(借记卡)',
  BOSH_CREDIT: '上海银行(信用卡)',
  BOB_DEBIT: '北京银行(借记卡)',
  BOB_CREDIT: '北京银行(信用卡)',
  NBCB_DEBIT: '宁波银行(借记卡)',
  NBCB_CREDIT: '宁波银行(信用卡)',
  JSB_DEBIT: '江苏银行(借记卡)',
  JSB_CREDIT: '江苏银行(信用卡)',
  HZB_DEBIT: '杭州银行(借记卡)',
  HZB_CREDIT: '杭州银行(信用卡)',
  CZB_DEBIT: '浙商银行(借记卡)',
  CZB_CREDIT: '浙商银行(信用卡)',
  NJCB_DEBIT: '南京银行(借记卡)',
  CBHB_DEBIT: '渤海银行(借记卡)',
  GZCB_DEBIT: '广州银行(借记卡)',
  GZCB_CREDIT: '广州银行(信用卡)',
  BJRCB_DEBIT: '北京农商行(借记卡)',
  BJRCB_CREDIT: '北京农商行(信用卡)',
  SRCB_DEBIT: '上海农商银行(借记卡)',
  SRCB_CREDIT: '上海农商银行(信用卡)',
  WEB_DEBIT: '微众银行(借记卡)',
  CMC: '停车服务文档示例中的银行',
  BPA: '微信垫付',
  OTHERS: '零钱等其他方式',
} as const

export type BankType = keyof typeof BANK_TYPES

/** What is paid without a card: from the wallet and by an advance. */
const NO_CARDS: readonly BankType[] = ['OTHERS', 'BPA']

/** The codes that a payer's card can have. */
export const CARD_BANK_TYPES = (Object.keys(BANK_TYPES) as BankType[]).filter(
  bankType => !NO_CARDS.includes(bankType),
)
