// Generated from the contracts: change those, and run `npm run generate`.

/** Every kind of refusal. */
export type AdminProblemCode =
  | 'INVALID_REQUEST'
  | 'UNAUTHORIZED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'CONFLICT'
  | 'BODY_TOO_LARGE'
  | 'WRONG_HOST'
  | 'INTERNAL_ERROR'

/** What each call takes and answers. */
export interface AdminCalls {
  /** Merchant numbers, in their order. */
  listMerchants: {
    request: {
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Merchant number: 8 to 10 digits */
        mchid: string
        /** Who calls: for itself, for sub-merchants, or never by itself */
        kind: 'direct' | 'provider' | 'sub'
        /** Name, for people */
        name: string
        /** What it was given by name, beyond what every merchant can do */
        permissions: Array<string>
        /** Whether charges are refused because collections are restricted */
        collection_restricted: boolean
        /** Whether the platform pays for payers without funds */
        advance_enabled: boolean
        /** What the platform keeps of each charge, in hundredths of a percent */
        fee_rate: number
        /** Which addresses notices may go to; empty for the platform's own rule */
        notify_profile: '' | 'sandbox' | 'production'
        /** Whether notices wait; what is due then is sent when this is set back */
        notices_paused: boolean
        /** Which of the platform's keys sign for it */
        trust_state: 'CERTIFICATE' | 'SWITCHING' | 'PUBLIC_KEY'
        /** Share of notices signed with the public key while SWITCHING, in percent, unless the days of the switch set it */
        notice_key_share: number
        /** How its signatures go over to the next platform certificate: not, by the plan of the platform, by hand */
        rotation: 'NONE' | 'AUTO' | 'MANUAL'
        /** Share of signatures by the next platform certificate, in hundredths of a percent */
        rotation_share: number
        /** How many days before the end of a platform certificate it is shown the next one */
        next_certificate_days: number
        /** Whether it may use SM2, SM3 and SM4, and gets its notices by them */
        shangmi: boolean
        /** Whether what a settled day makes available is paid to its bank at once */
        auto_withdrawal: boolean
        /**
         * What becomes of a refund that it has no money for: refused with NOT_ENOUGH, or accepted to WAIT up to seven
         * days
         */
        refund_without_funds: 'REFUSE' | 'WAIT'
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A merchant number. */
  getMerchant: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
    }
    reply: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** Who calls: for itself, for sub-merchants, or never by itself */
      kind: 'direct' | 'provider' | 'sub'
      /** Name, for people */
      name: string
      /** What it was given by name, beyond what every merchant can do */
      permissions: Array<string>
      /** Whether charges are refused because collections are restricted */
      collection_restricted: boolean
      /** Whether the platform pays for payers without funds */
      advance_enabled: boolean
      /** What the platform keeps of each charge, in hundredths of a percent */
      fee_rate: number
      /** Which addresses notices may go to; empty for the platform's own rule */
      notify_profile: '' | 'sandbox' | 'production'
      /** Whether notices wait; what is due then is sent when this is set back */
      notices_paused: boolean
      /** Which of the platform's keys sign for it */
      trust_state: 'CERTIFICATE' | 'SWITCHING' | 'PUBLIC_KEY'
      /** Share of notices signed with the public key while SWITCHING, in percent, unless the days of the switch set it */
      notice_key_share: number
      /** How its signatures go over to the next platform certificate: not, by the plan of the platform, by hand */
      rotation: 'NONE' | 'AUTO' | 'MANUAL'
      /** Share of signatures by the next platform certificate, in hundredths of a percent */
      rotation_share: number
      /** How many days before the end of a platform certificate it is shown the next one */
      next_certificate_days: number
      /** Whether it may use SM2, SM3 and SM4, and gets its notices by them */
      shangmi: boolean
      /** Whether what a settled day makes available is paid to its bank at once */
      auto_withdrawal: boolean
      /**
       * What becomes of a refund that it has no money for: refused with NOT_ENOUGH, or accepted to WAIT up to seven
       * days
       */
      refund_without_funds: 'REFUSE' | 'WAIT'
      /** Collected, and available from the next midnight on, in fen */
      pending: number
      /** Collected with profit_sharing and not released yet, in fen */
      held: number
      /** What it can refund from and withdraw, in fen */
      available: number
      /** On its operation account, which it fills itself, in fen */
      operation: number
      /** Given for refunds that have not reached their payers yet, in fen */
      refunding: number
      /** Without a key no notice can be sealed, so none is made */
      has_apiv3_key: boolean
      /** Id under which it knows the platform's public key; empty for a sub-merchant */
      public_key_id: string
      /** Share of notices signed with the public key at present, in percent */
      notice_key_share_now: number
      /** When the days of the switch began; absent while the share is a fixed one */
      switching_since?: string | undefined
      certificates: Array<{
        /** Its name; `first` is the one that came with the merchant number: letters, digits, _ and - */
        certificate_id: string
        /** Of its key */
        algorithm: 'RSA' | 'SM2'
        /** Serial number */
        serial_no: string
        /** When it was issued */
        not_before: string
        /** Business time from which it has expired */
        not_after: string
        /** Whether it was revoked */
        revoked: boolean
        /** Business time from which it is refused, because another one has taken its place */
        replaced_from?: string | undefined
        /** Whether requests may be signed with it, and why not */
        status: 'VALID' | 'REVOKED' | 'REPLACED' | 'EXPIRED'
      }>
      appids: Array<string>
      sub_mchids: Array<string>
    }
  }

  /**
   * Makes a merchant number, or changes what is given of it. A new number needs its `kind`, which never changes.
   * One that calls gets a key pair, a certificate and an APIv3 key, written to `merchants/<mchid>` of the data
   * folder; keys that are there already from an earlier life are used again. It has all permissions and, like a
   * real new one, only the public key, unless `permissions` and `trust_state` are given. `SWITCHING` begins the
   * seven days of the switch, unless `notice_key_share` is given too. A rotation takes `CERTIFICATE` and a next
   * certificate that is shown; its share only grows, and `NONE` takes it back to nothing.
   */
  putMerchant: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** Who calls: for itself, for sub-merchants, or never by itself */
      kind?: 'direct' | 'provider' | 'sub' | undefined
      /** Name, for people */
      name?: string | undefined
      /** What it was given by name, beyond what every merchant can do */
      permissions?: Array<string> | undefined
      /** Whether charges are refused because collections are restricted */
      collection_restricted?: boolean | undefined
      /** Whether the platform pays for payers without funds */
      advance_enabled?: boolean | undefined
      /** What the platform keeps of each charge, in hundredths of a percent */
      fee_rate?: number | undefined
      /** Which addresses notices may go to; empty for the platform's own rule */
      notify_profile?: '' | 'sandbox' | 'production' | undefined
      /** Whether notices wait; what is due then is sent when this is set back */
      notices_paused?: boolean | undefined
      /** Which of the platform's keys sign for it */
      trust_state?: 'CERTIFICATE' | 'SWITCHING' | 'PUBLIC_KEY' | undefined
      /** Share of notices signed with the public key while SWITCHING, in percent, unless the days of the switch set it */
      notice_key_share?: number | undefined
      /** How its signatures go over to the next platform certificate: not, by the plan of the platform, by hand */
      rotation?: 'NONE' | 'AUTO' | 'MANUAL' | undefined
      /** Share of signatures by the next platform certificate, in hundredths of a percent */
      rotation_share?: number | undefined
      /** How many days before the end of a platform certificate it is shown the next one */
      next_certificate_days?: number | undefined
      /** Whether it may use SM2, SM3 and SM4, and gets its notices by them */
      shangmi?: boolean | undefined
      /** Whether what a settled day makes available is paid to its bank at once */
      auto_withdrawal?: boolean | undefined
      /**
       * What becomes of a refund that it has no money for: refused with NOT_ENOUGH, or accepted to WAIT up to seven
       * days
       */
      refund_without_funds?: 'REFUSE' | 'WAIT' | undefined
      /** 32 letters and digits; empty takes the key away */
      apiv3_key?: string | undefined
    }
    reply: AdminCalls['getMerchant']['reply']
  }

  /** Binds an app id. */
  putMerchantApp: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** App id: letters, digits, _ and - */
      appid: string
    }
    reply: AdminCalls['getMerchant']['reply']
  }

  /** Takes the binding of an app id away. */
  deleteMerchantApp: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** App id: letters, digits, _ and - */
      appid: string
    }
    reply: AdminCalls['getMerchant']['reply']
  }

  /** Binds a sub-merchant to a provider. */
  putSubMerchant: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The sub-merchant */
      sub_mchid: string
    }
    reply: AdminCalls['getMerchant']['reply']
  }

  /** Takes the binding of a sub-merchant away. */
  deleteSubMerchant: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The sub-merchant */
      sub_mchid: string
    }
    reply: AdminCalls['getMerchant']['reply']
  }

  /**
   * Issues a merchant certificate, or changes one. A merchant has at most three that are valid. With `csr` the
   * private key stays where it is; otherwise the platform makes one and writes it with the certificate to
   * `merchants/<mchid>/certificates/<certificate_id>` of the data folder. What a certificate is made of never
   * changes.
   */
  putMerchantCertificate: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** Its name; `first` is the one that came with the merchant number: letters, digits, _ and - */
      certificate_id: string
      /** A certificate request in PEM */
      csr?: string | undefined
      /** Of its key; RSA unless said */
      algorithm?: 'RSA' | 'SM2' | undefined
      /** Business time at which it expires, in whole seconds; five years from now unless said */
      expire_time?: string | undefined
      /** true revokes it, for good */
      revoked?: boolean | undefined
      /** Business time from which it is refused, because another one has taken its place */
      replaced_from?: string | undefined
      /** true makes it and its key the ones in the merchant's folder, which programs start with */
      use_in_folder?: boolean | undefined
    }
    reply: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** Its name; `first` is the one that came with the merchant number: letters, digits, _ and - */
      certificate_id: string
      /** Of its key */
      algorithm: 'RSA' | 'SM2'
      /** Serial number */
      serial_no: string
      /** When it was issued */
      not_before: string
      /** Business time from which it has expired */
      not_after: string
      /** Whether it was revoked */
      revoked: boolean
      /** Business time from which it is refused, because another one has taken its place */
      replaced_from?: string | undefined
      /** Whether requests may be signed with it, and why not */
      status: 'VALID' | 'REVOKED' | 'REPLACED' | 'EXPIRED'
      /** PEM */
      certificate: string
      /** Below the data folder, where its private key is, when the platform has made that */
      folder?: string | undefined
    }
  }

  /** The platform certificates, the oldest first, also those that merchants are not shown yet or any more. */
  listPlatformCertificates: {
    request: Record<never, never>
    reply: {
      data: Array<{
        /** Serial number */
        serial_no: string
        /** Of its key */
        algorithm: 'RSA' | 'SM2'
        /** When it was made */
        effective_time: string
        /** Business time from which it is never used */
        expire_time: string
        /** Business time at which the one after it is made */
        next_made_time: string
        /** Whether it signs for merchants who do not go over to another one */
        is_signing: boolean
      }>
    }
  }

  /**
   * Brings the end of a platform certificate forward. What is due so long before the new end happens at once: the
   * reply comes when the next certificate is made, and merchants are shown it. An instant in the past is taken as
   * now.
   */
  putPlatformCertificate: {
    request: {
      /** Serial number */
      serial_no: string
      /** Its new end by business time */
      expire_time: string
    }
    reply: {
      /** Serial number */
      serial_no: string
      /** Of its key */
      algorithm: 'RSA' | 'SM2'
      /** When it was made */
      effective_time: string
      /** Business time from which it is never used */
      expire_time: string
      /** Business time at which the one after it is made */
      next_made_time: string
      /** Whether it signs for merchants who do not go over to another one */
      is_signing: boolean
    }
  }

  /** Puts money from the merchant's bank into one of its accounts, once for each id. */
  putMerchantTopUp: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The name of this top-up among those of the merchant: 1 to 64 characters, no spaces, no slashes */
      top_up_id: string
      /** How much, in fen */
      amount: number
      /** BASIC, the account of what was collected, unless said */
      account?: 'BASIC' | 'OPERATION' | undefined
    }
    reply: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** BASIC is the account of what was collected */
      account: 'BASIC' | 'OPERATION'
      /** Of its transfer in the ledger */
      subject: string
      /** Moved, in fen */
      amount: number
      /** When */
      business_time: string
      /** What can be taken from the account now, in fen */
      free: number
    }
  }

  /** A top-up of a merchant. */
  getMerchantTopUp: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The name of this top-up among those of the merchant: 1 to 64 characters, no spaces, no slashes */
      top_up_id: string
    }
    reply: AdminCalls['putMerchantTopUp']['reply']
  }

  /**
   * Pays money of one of the merchant's accounts to its bank, once for each id. Of the basic account, what is
   * pending or held cannot be withdrawn.
   */
  putMerchantWithdrawal: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The name of this withdrawal among those of the merchant: 1 to 64 characters, no spaces, no slashes */
      withdrawal_id: string
      /** How much, in fen */
      amount: number
      /** BASIC, the account of what was collected, unless said */
      account?: 'BASIC' | 'OPERATION' | undefined
    }
    reply: AdminCalls['putMerchantTopUp']['reply']
  }

  /** A withdrawal of a merchant. */
  getMerchantWithdrawal: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The name of this withdrawal among those of the merchant: 1 to 64 characters, no spaces, no slashes */
      withdrawal_id: string
    }
    reply: AdminCalls['putMerchantTopUp']['reply']
  }

  /** Payers, in the order of their numbers. With `openid` and `appid` only the payer of that openid. */
  listPayers: {
    request: {
      /** Of the payer, under `appid` */
      openid?: string | undefined
      /** App id: letters, digits, _ and - */
      appid?: string | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** The payer: 1 to 64 characters, no spaces, no slashes */
        payer_id: string
        /** The pay score, 350 to 850; it is judged at entries and charges */
        score: number
        /** A frozen wallet pays nothing */
        wallet_state: 'NORMAL' | 'FROZEN'
        /** The wallet's place among the cards; the lowest is tried first */
        wallet_position: number
        /** How much the platform advances at most, in fen */
        advance_limit: number
        /** What is overdue; above zero no stay can be charged, in fen */
        arrears: number
        /** What is in the wallet and promised to nobody, in fen */
        wallet: number
        /** What was advanced and not paid back, in fen */
        advanced: number
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A payer. */
  getPayer: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
    }
    reply: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The pay score, 350 to 850; it is judged at entries and charges */
      score: number
      /** A frozen wallet pays nothing */
      wallet_state: 'NORMAL' | 'FROZEN'
      /** The wallet's place among the cards; the lowest is tried first */
      wallet_position: number
      /** How much the platform advances at most, in fen */
      advance_limit: number
      /** What is overdue; above zero no stay can be charged, in fen */
      arrears: number
      /** What is in the wallet and promised to nobody, in fen */
      wallet: number
      /** What was advanced and not paid back, in fen */
      advanced: number
    }
  }

  /**
   * Makes a payer, or changes what is given. A new payer has a score of 700 and an advance limit of 50000 fen
   * unless said.
   */
  putPayer: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The pay score, 350 to 850; it is judged at entries and charges */
      score?: number | undefined
      /** A frozen wallet pays nothing */
      wallet_state?: 'NORMAL' | 'FROZEN' | undefined
      /** The wallet's place among the cards; the lowest is tried first */
      wallet_position?: number | undefined
      /** How much the platform advances at most, in fen */
      advance_limit?: number | undefined
    }
    reply: AdminCalls['getPayer']['reply']
  }

  /** A payer's openids. */
  listOpenids: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** App id */
        appid: string
        /** The payer's openid under it */
        openid: string
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A payer's openid under an app, made when it is first asked for. */
  putOpenid: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** App id: letters, digits, _ and - */
      appid: string
    }
    reply: {
      /** App id */
      appid: string
      /** The payer's openid under it */
      openid: string
    }
  }

  /** Puts money into the wallet, once for each id. */
  putTopUp: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The name of this top-up among those of the payer: 1 to 64 characters, no spaces, no slashes */
      top_up_id: string
      /** How much, in fen */
      amount: number
    }
    reply: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** Of its transfer in the ledger */
      subject: string
      /** Moved, in fen */
      amount: number
      /** When */
      business_time: string
      /** What is in the wallet now and promised to nobody, in fen */
      wallet: number
    }
  }

  /** A top-up. */
  getTopUp: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The name of this top-up among those of the payer: 1 to 64 characters, no spaces, no slashes */
      top_up_id: string
    }
    reply: AdminCalls['putTopUp']['reply']
  }

  /** Takes money out of the wallet, once for each id. */
  putWithdrawal: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The name of this withdrawal among those of the payer: 1 to 64 characters, no spaces, no slashes */
      withdrawal_id: string
      /** How much, in fen */
      amount: number
    }
    reply: AdminCalls['putTopUp']['reply']
  }

  /** A withdrawal. */
  getWithdrawal: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The name of this withdrawal among those of the payer: 1 to 64 characters, no spaces, no slashes */
      withdrawal_id: string
    }
    reply: AdminCalls['putTopUp']['reply']
  }

  /** What the platform has paid for a payer, the newest first. */
  listAdvances: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Of the order in the ledger */
        subject: string
        /** Advanced, in fen */
        amount: number
        /** Paid back or not */
        state: 'OPEN' | 'OVERDUE' | 'REPAID'
        /** When it was paid */
        advance_time: string
        /** When it becomes arrears */
        due_at?: string | undefined
        /** When it was paid back */
        repaid_time?: string | undefined
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** Pays back all that a payer owes. */
  putRepayment: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The repayment, by a name that no other payer has used: 1 to 64 characters, no spaces, no slashes */
      repayment_id: string
      /** `wallet`, or the id of one of the cards: 1 to 64 characters, no spaces, no slashes */
      source: string
    }
    reply: {
      /** The repayment, by a name that no other payer has used: 1 to 64 characters, no spaces, no slashes */
      repayment_id: string
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** `wallet` or a card */
      source: string
      /** All that was owed, in fen */
      amount: number
      /** PENDING until the bank has answered */
      state: 'PENDING' | 'PAID' | 'FAILED'
      /** Why it failed: NO_FUNDS or REFUSED; empty otherwise */
      failure: string
      /** When it began */
      create_time: string
    }
  }

  /** A repayment. */
  getRepayment: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The repayment, by a name that no other payer has used: 1 to 64 characters, no spaces, no slashes */
      repayment_id: string
    }
    reply: AdminCalls['putRepayment']['reply']
  }

  /** A payer's cards, in the order in which they are tried. */
  listCards: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
    }
    reply: {
      data: Array<{
        /** The card, by a name that no other payer has used: 1 to 64 characters, no spaces, no slashes */
        card_id: string
        /** The payer: 1 to 64 characters, no spaces, no slashes */
        payer_id: string
        /** Which bank, and what kind of card; it never changes */
        bank_type:
          | 'ICBC_DEBIT'
          | 'ICBC_CREDIT'
          | 'ABC_DEBIT'
          | 'ABC_CREDIT'
          | 'PSBC_DEBIT'
          | 'PSBC_CREDIT'
          | 'CCB_DEBIT'
          | 'CCB_CREDIT'
          | 'CMB_DEBIT'
          | 'CMB_CREDIT'
          | 'BOC_DEBIT'
          | 'BOC_CREDIT'
          | 'COMM_DEBIT'
          | 'COMM_CREDIT'
          | 'SPDB_DEBIT'
          | 'SPDB_CREDIT'
          | 'GDB_DEBIT'
          | 'GDB_CREDIT'
          | 'CMBC_DEBIT'
          | 'CMBC_CREDIT'
          | 'PAB_DEBIT'
          | 'PAB_CREDIT'
          | 'CEB_DEBIT'
          | 'CEB_CREDIT'
          | 'CIB_DEBIT'
          | 'CIB_CREDIT'
          | 'CITIC_DEBIT'
          | 'CITIC_CREDIT'
          | 'HXB_DEBIT'
          | 'HXB_CREDIT'
          | 'BOSH_DEBIT'
          | 'BOSH_CREDIT'
          | 'BOB_DEBIT'
          | 'BOB_CREDIT'
          | 'NBCB_DEBIT'
          | 'NBCB_CREDIT'
          | 'JSB_DEBIT'
          | 'JSB_CREDIT'
          | 'HZB_DEBIT'
          | 'HZB_CREDIT'
          | 'CZB_DEBIT'
          | 'CZB_CREDIT'
          | 'NJCB_DEBIT'
          | 'CBHB_DEBIT'
          | 'GZCB_DEBIT'
          | 'GZCB_CREDIT'
          | 'BJRCB_DEBIT'
          | 'BJRCB_CREDIT'
          | 'SRCB_DEBIT'
          | 'SRCB_CREDIT'
          | 'WEB_DEBIT'
          | 'CMC'
        /** Its place among the payer's sources; the lowest is tried first */
        position: number
        /** A removed card is not asked any more */
        state: 'NORMAL' | 'REMOVED'
        /** What its bank will still pay, in fen */
        available: number
        /**
         * APPROVE: Pays while there is money, otherwise answers that there is none. NO_FUNDS: Answers that there is no
         * money, whatever is available. REFUSE: Refuses for good. TIME_OUT: Is out of reach twice; asked a third time it
         * behaves like APPROVE. UNKNOWN_THEN_APPROVED: Pays at once like APPROVE, but its first answer is lost.
         * UNKNOWN_THEN_REFUSED: Refuses for good, but its first answer is lost
         */
        behaviour:
          | 'APPROVE'
          | 'NO_FUNDS'
          | 'REFUSE'
          | 'TIME_OUT'
          | 'UNKNOWN_THEN_APPROVED'
          | 'UNKNOWN_THEN_REFUSED'
        /** How its bank takes refunds: as `behaviour` says, APPROVE unless said; a bank that refuses has closed the card */
        refund_behaviour: 'APPROVE' | 'REFUSE' | 'TIME_OUT' | 'UNKNOWN_THEN_APPROVED' | 'UNKNOWN_THEN_REFUSED'
      }>
    }
  }

  /**
   * Gives a payer a card, or changes its place and its bank. A new card needs its `bank_type`; unless said, it
   * comes after the cards that are there and its bank approves up to 10000000 fen.
   */
  putCard: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The card, by a name that no other payer has used: 1 to 64 characters, no spaces, no slashes */
      card_id: string
      /** Which bank, and what kind of card; it never changes */
      bank_type?:
        | 'ICBC_DEBIT'
        | 'ICBC_CREDIT'
        | 'ABC_DEBIT'
        | 'ABC_CREDIT'
        | 'PSBC_DEBIT'
        | 'PSBC_CREDIT'
        | 'CCB_DEBIT'
        | 'CCB_CREDIT'
        | 'CMB_DEBIT'
        | 'CMB_CREDIT'
        | 'BOC_DEBIT'
        | 'BOC_CREDIT'
        | 'COMM_DEBIT'
        | 'COMM_CREDIT'
        | 'SPDB_DEBIT'
        | 'SPDB_CREDIT'
        | 'GDB_DEBIT'
        | 'GDB_CREDIT'
        | 'CMBC_DEBIT'
        | 'CMBC_CREDIT'
        | 'PAB_DEBIT'
        | 'PAB_CREDIT'
        | 'CEB_DEBIT'
        | 'CEB_CREDIT'
        | 'CIB_DEBIT'
        | 'CIB_CREDIT'
        | 'CITIC_DEBIT'
        | 'CITIC_CREDIT'
        | 'HXB_DEBIT'
        | 'HXB_CREDIT'
        | 'BOSH_DEBIT'
        | 'BOSH_CREDIT'
        | 'BOB_DEBIT'
        | 'BOB_CREDIT'
        | 'NBCB_DEBIT'
        | 'NBCB_CREDIT'
        | 'JSB_DEBIT'
        | 'JSB_CREDIT'
        | 'HZB_DEBIT'
        | 'HZB_CREDIT'
        | 'CZB_DEBIT'
        | 'CZB_CREDIT'
        | 'NJCB_DEBIT'
        | 'CBHB_DEBIT'
        | 'GZCB_DEBIT'
        | 'GZCB_CREDIT'
        | 'BJRCB_DEBIT'
        | 'BJRCB_CREDIT'
        | 'SRCB_DEBIT'
        | 'SRCB_CREDIT'
        | 'WEB_DEBIT'
        | 'CMC'
        | undefined
      /** Its place among the payer's sources; the lowest is tried first */
      position?: number | undefined
      /** What its bank will pay in all, in fen */
      available?: number | undefined
      /**
       * APPROVE: Pays while there is money, otherwise answers that there is none. NO_FUNDS: Answers that there is no
       * money, whatever is available. REFUSE: Refuses for good. TIME_OUT: Is out of reach twice; asked a third time it
       * behaves like APPROVE. UNKNOWN_THEN_APPROVED: Pays at once like APPROVE, but its first answer is lost.
       * UNKNOWN_THEN_REFUSED: Refuses for good, but its first answer is lost
       */
      behaviour?:
        | 'APPROVE'
        | 'NO_FUNDS'
        | 'REFUSE'
        | 'TIME_OUT'
        | 'UNKNOWN_THEN_APPROVED'
        | 'UNKNOWN_THEN_REFUSED'
        | undefined
      /** How its bank takes refunds: as `behaviour` says, APPROVE unless said; a bank that refuses has closed the card */
      refund_behaviour?:
        | 'APPROVE'
        | 'REFUSE'
        | 'TIME_OUT'
        | 'UNKNOWN_THEN_APPROVED'
        | 'UNKNOWN_THEN_REFUSED'
        | undefined
    }
    reply: {
      /** The card, by a name that no other payer has used: 1 to 64 characters, no spaces, no slashes */
      card_id: string
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** Which bank, and what kind of card; it never changes */
      bank_type:
        | 'ICBC_DEBIT'
        | 'ICBC_CREDIT'
        | 'ABC_DEBIT'
        | 'ABC_CREDIT'
        | 'PSBC_DEBIT'
        | 'PSBC_CREDIT'
        | 'CCB_DEBIT'
        | 'CCB_CREDIT'
        | 'CMB_DEBIT'
        | 'CMB_CREDIT'
        | 'BOC_DEBIT'
        | 'BOC_CREDIT'
        | 'COMM_DEBIT'
        | 'COMM_CREDIT'
        | 'SPDB_DEBIT'
        | 'SPDB_CREDIT'
        | 'GDB_DEBIT'
        | 'GDB_CREDIT'
        | 'CMBC_DEBIT'
        | 'CMBC_CREDIT'
        | 'PAB_DEBIT'
        | 'PAB_CREDIT'
        | 'CEB_DEBIT'
        | 'CEB_CREDIT'
        | 'CIB_DEBIT'
        | 'CIB_CREDIT'
        | 'CITIC_DEBIT'
        | 'CITIC_CREDIT'
        | 'HXB_DEBIT'
        | 'HXB_CREDIT'
        | 'BOSH_DEBIT'
        | 'BOSH_CREDIT'
        | 'BOB_DEBIT'
        | 'BOB_CREDIT'
        | 'NBCB_DEBIT'
        | 'NBCB_CREDIT'
        | 'JSB_DEBIT'
        | 'JSB_CREDIT'
        | 'HZB_DEBIT'
        | 'HZB_CREDIT'
        | 'CZB_DEBIT'
        | 'CZB_CREDIT'
        | 'NJCB_DEBIT'
        | 'CBHB_DEBIT'
        | 'GZCB_DEBIT'
        | 'GZCB_CREDIT'
        | 'BJRCB_DEBIT'
        | 'BJRCB_CREDIT'
        | 'SRCB_DEBIT'
        | 'SRCB_CREDIT'
        | 'WEB_DEBIT'
        | 'CMC'
      /** Its place among the payer's sources; the lowest is tried first */
      position: number
      /** A removed card is not asked any more */
      state: 'NORMAL' | 'REMOVED'
      /** What its bank will still pay, in fen */
      available: number
      /**
       * APPROVE: Pays while there is money, otherwise answers that there is none. NO_FUNDS: Answers that there is no
       * money, whatever is available. REFUSE: Refuses for good. TIME_OUT: Is out of reach twice; asked a third time it
       * behaves like APPROVE. UNKNOWN_THEN_APPROVED: Pays at once like APPROVE, but its first answer is lost.
       * UNKNOWN_THEN_REFUSED: Refuses for good, but its first answer is lost
       */
      behaviour:
        | 'APPROVE'
        | 'NO_FUNDS'
        | 'REFUSE'
        | 'TIME_OUT'
        | 'UNKNOWN_THEN_APPROVED'
        | 'UNKNOWN_THEN_REFUSED'
      /** How its bank takes refunds: as `behaviour` says, APPROVE unless said; a bank that refuses has closed the card */
      refund_behaviour: 'APPROVE' | 'REFUSE' | 'TIME_OUT' | 'UNKNOWN_THEN_APPROVED' | 'UNKNOWN_THEN_REFUSED'
    }
  }

  /** Takes a card away; what its bank was asked already is waited for. */
  deleteCard: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The card, by a name that no other payer has used: 1 to 64 characters, no spaces, no slashes */
      card_id: string
    }
    reply: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** The card, by a name that no other payer has used: 1 to 64 characters, no spaces, no slashes */
      card_id: string
    }
  }

  /** Coupon stocks, in the order of their ids. */
  listCouponStocks: {
    request: {
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
        stock_id: string
        /** Name, as promotion_detail shows it */
        name: string
        /** GLOBAL (全场代金券) or SINGLE (单品优惠) */
        scope: 'GLOBAL' | 'SINGLE'
        /** CASH is paid from money put aside, NOCASH makes the merchant receive less */
        type: 'CASH' | 'NOCASH'
        /** Worth of one coupon, in fen */
        amount: number
        /** Of it, paid by WeChat Pay, in fen */
        wechatpay_contribute: number
        /** Of it, paid by the merchant, in fen */
        merchant_contribute: number
        /** Of it, paid by others, in fen */
        other_contribute: number
        /** Lowest total of a charge that it is good for, in fen */
        transaction_minimum: number
        /** A charge must carry it; empty for any charge */
        goods_tag: string
        /** The first instant at which it can be used */
        available_begin_time: string
        /** The first instant at which it cannot be used any more */
        available_end_time: string
        /** Coupons in all */
        max_coupons: number
        /** Coupons of one payer */
        max_coupons_per_payer: number
        /** Merchant numbers that it is good at; empty for all */
        available_merchants: Array<string>
        /** Coupons that were sent */
        distributed_coupons: number
        /** RUNNING until the end */
        state: 'RUNNING' | 'ENDED'
        /** When it was made */
        create_time: string
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A coupon stock. */
  getCouponStock: {
    request: {
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id: string
    }
    reply: {
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id: string
      /** Name, as promotion_detail shows it */
      name: string
      /** GLOBAL (全场代金券) or SINGLE (单品优惠) */
      scope: 'GLOBAL' | 'SINGLE'
      /** CASH is paid from money put aside, NOCASH makes the merchant receive less */
      type: 'CASH' | 'NOCASH'
      /** Worth of one coupon, in fen */
      amount: number
      /** Of it, paid by WeChat Pay, in fen */
      wechatpay_contribute: number
      /** Of it, paid by the merchant, in fen */
      merchant_contribute: number
      /** Of it, paid by others, in fen */
      other_contribute: number
      /** Lowest total of a charge that it is good for, in fen */
      transaction_minimum: number
      /** A charge must carry it; empty for any charge */
      goods_tag: string
      /** The first instant at which it can be used */
      available_begin_time: string
      /** The first instant at which it cannot be used any more */
      available_end_time: string
      /** Coupons in all */
      max_coupons: number
      /** Coupons of one payer */
      max_coupons_per_payer: number
      /** Merchant numbers that it is good at; empty for all */
      available_merchants: Array<string>
      /** Coupons that were sent */
      distributed_coupons: number
      /** RUNNING until the end */
      state: 'RUNNING' | 'ENDED'
      /** When it was made */
      create_time: string
    }
  }

  /**
   * Makes a coupon stock; it never changes. What is left out is 0 or empty; the merchant pays unless contributions
   * are given; one coupon for a payer.
   */
  putCouponStock: {
    request: {
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id: string
      /** Name, as promotion_detail shows it */
      name: string
      /** GLOBAL (全场代金券) or SINGLE (单品优惠) */
      scope: 'GLOBAL' | 'SINGLE'
      /** CASH is paid from money put aside, NOCASH makes the merchant receive less */
      type: 'CASH' | 'NOCASH'
      /** Worth of one coupon, in fen */
      amount: number
      /** The first instant at which it can be used */
      available_begin_time: string
      /** The first instant at which it cannot be used any more */
      available_end_time: string
      /** Coupons in all */
      max_coupons: number
      /** Of it, paid by WeChat Pay, in fen */
      wechatpay_contribute?: number | undefined
      /** Of it, paid by the merchant, in fen */
      merchant_contribute?: number | undefined
      /** Of it, paid by others, in fen */
      other_contribute?: number | undefined
      /** Lowest total of a charge that it is good for, in fen */
      transaction_minimum?: number | undefined
      /** A charge must carry it; empty for any charge */
      goods_tag?: string | undefined
      /** Coupons of one payer */
      max_coupons_per_payer?: number | undefined
      /** Merchant numbers that it is good at; empty for all */
      available_merchants?: Array<string> | undefined
    }
    reply: AdminCalls['getCouponStock']['reply']
  }

  /** Sends a coupon to a payer. */
  putCoupon: {
    request: {
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id: string
      /** The coupon, by a name that no other stock has used: 1 to 64 characters, no spaces, no slashes */
      coupon_id: string
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
    }
    reply: {
      /** The coupon, by a name that no other stock has used: 1 to 64 characters, no spaces, no slashes */
      coupon_id: string
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id: string
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** LOCKED while a bank has not answered */
      state: 'SENDED' | 'LOCKED' | 'USED' | 'EXPIRED'
      /** Of the order that uses it, in the ledger; empty while it is free */
      subject: string
      /** When it was sent */
      create_time: string
      /** When it was used */
      use_time?: string | undefined
    }
  }

  /** Takes back a coupon that is not used. It does not count as sent any more, so another can be sent in its place. */
  deleteCoupon: {
    request: {
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id: string
      /** The coupon, by a name that no other stock has used: 1 to 64 characters, no spaces, no slashes */
      coupon_id: string
    }
    reply: {
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id: string
      /** The coupon, by a name that no other stock has used: 1 to 64 characters, no spaces, no slashes */
      coupon_id: string
    }
  }

  /** A coupon. */
  getCoupon: {
    request: {
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id: string
      /** The coupon, by a name that no other stock has used: 1 to 64 characters, no spaces, no slashes */
      coupon_id: string
    }
    reply: AdminCalls['putCoupon']['reply']
  }

  /** Coupons, in the order of their ids. */
  listCoupons: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id?: string | undefined
      /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
      stock_id?: string | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** The coupon, by a name that no other stock has used: 1 to 64 characters, no spaces, no slashes */
        coupon_id: string
        /** The stock (批次): 1 to 64 characters, no spaces, no slashes */
        stock_id: string
        /** The payer: 1 to 64 characters, no spaces, no slashes */
        payer_id: string
        /** LOCKED while a bank has not answered */
        state: 'SENDED' | 'LOCKED' | 'USED' | 'EXPIRED'
        /** Of the order that uses it, in the ledger; empty while it is free */
        subject: string
        /** When it was sent */
        create_time: string
        /** When it was used */
        use_time?: string | undefined
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** Orders, the newest first. */
  listOrders: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id?: string | undefined
      /** Name of the product */
      product?: string | undefined
      /** State */
      trade_state?:
        | 'NOTPAY'
        | 'USERPAYING'
        | 'ACCEPTED'
        | 'SUCCESS'
        | 'PAYERROR'
        | 'PAY_FAIL'
        | 'CLOSED'
        | 'REVOKED'
        | 'REFUND'
        | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Merchant number: 8 to 10 digits */
        mchid: string
        /** The merchant's order number */
        out_trade_no: string
        /** The product that has made it */
        product: string
        /** As notices and bills call it */
        trade_type: string
        /** Empty in merchant mode */
        sub_mchid: string
        /** WeChat Pay order number, once it is paid */
        transaction_id?: string | undefined
        /** State */
        trade_state:
          | 'NOTPAY'
          | 'USERPAYING'
          | 'ACCEPTED'
          | 'SUCCESS'
          | 'PAYERROR'
          | 'PAY_FAIL'
          | 'CLOSED'
          | 'REVOKED'
          | 'REFUND'
        /** What was sold */
        description: string
        /** The payer: 1 to 64 characters, no spaces, no slashes */
        payer_id?: string | undefined
        /** Charged, in fen */
        total: number
        /** Paid by the payer, in fen */
        payer_total?: number | undefined
        /** Paid by coupons, in fen */
        discount_total?: number | undefined
        /** What the merchant got, before the fee, in fen */
        settlement_total?: number | undefined
        /** What the platform kept of it, in fen */
        fee?: number | undefined
        /** Refunded, or on its way; refunds that were closed do not count, in fen */
        refund_total: number
        /** Which source has paid */
        bank_type?: string | undefined
        /** Whether an advance was paid back */
        user_repaid?: 'Y' | 'N' | undefined
        /** Y when the money is held until its release */
        profit_sharing: string
        /** When it was made */
        create_time: string
        /** When it was paid */
        success_time?: string | undefined
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** An order with its money, its bank payments, its refunds and its notices. */
  getOrder: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The merchant's order number */
      out_trade_no: string
    }
    reply: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The merchant's order number */
      out_trade_no: string
      /** The product that has made it */
      product: string
      /** As notices and bills call it */
      trade_type: string
      /** Empty in merchant mode */
      sub_mchid: string
      /** WeChat Pay order number, once it is paid */
      transaction_id?: string | undefined
      /** State */
      trade_state:
        | 'NOTPAY'
        | 'USERPAYING'
        | 'ACCEPTED'
        | 'SUCCESS'
        | 'PAYERROR'
        | 'PAY_FAIL'
        | 'CLOSED'
        | 'REVOKED'
        | 'REFUND'
      /** What was sold */
      description: string
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id?: string | undefined
      /** Charged, in fen */
      total: number
      /** Paid by the payer, in fen */
      payer_total?: number | undefined
      /** Paid by coupons, in fen */
      discount_total?: number | undefined
      /** What the merchant got, before the fee, in fen */
      settlement_total?: number | undefined
      /** What the platform kept of it, in fen */
      fee?: number | undefined
      /** Refunded, or on its way; refunds that were closed do not count, in fen */
      refund_total: number
      /** Which source has paid */
      bank_type?: string | undefined
      /** Whether an advance was paid back */
      user_repaid?: 'Y' | 'N' | undefined
      /** Y when the money is held until its release */
      profit_sharing: string
      /** When it was made */
      create_time: string
      /** When it was paid */
      success_time?: string | undefined
      /** App id */
      appid: string
      /** Empty when it was not sent */
      sub_appid: string
      /** Empty when it was not sent */
      attach: string
      /** Empty when it was not sent */
      goods_tag: string
      /** Where notices of it go */
      notify_url: string
      /** Until when it can be paid; absent when nothing ends that */
      time_expire?: string | undefined
      /** Of the payer, under the app id */
      openid: string
      /** Under sub_appid; empty without */
      sub_openid: string
      /** What only its product understands, as JSON */
      scene: unknown
      /** Coupons that were used */
      promotion_detail?: unknown | undefined
      /** Under which the ledger has it */
      subject: string
      transfers: Array<{
        /** What the money moved for */
        subject: string
        /** Its name within the subject */
        entry: string
        /** Why it moved */
        kind: string
        /** From */
        debit_account: string
        /** To */
        credit_account: string
        /** Moved, in fen */
        amount: number
        /** PENDING is promised, VOIDED was taken back */
        state: 'PENDING' | 'POSTED' | 'VOIDED'
        /** Of the last change of its state */
        business_time: string
      }>
      bank_payments: Array<{
        /** By which the bank knows it */
        payment_id: string
        /** The card */
        card_id: string
        /** The bank */
        bank_type: string
        /** Which deduction asked for it */
        attempt: number
        /** Asked for, in fen */
        amount: number
        /** PENDING until the bank has answered */
        state: string
        /** How often it gave no clear answer */
        unanswered: number
      }>
      hold?:
        | {
            /** Held for profit sharing, in fen */
            amount: number
            /** When it is released by itself */
            due_at?: string | undefined
            /** When it was released */
            released_time?: string | undefined
          }
        | undefined
      refunds: Array<{
        /** The merchant's refund number */
        out_refund_no: string
        /** State */
        status: string
        /** Asked for, in fen */
        refund: number
        notices: Array<{
          /** Notice id */
          id: string
          /** Which sends it */
          product: string
          /** What it says */
          event_type: string
          /** Whether it was acknowledged, or sent as often as it is */
          state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
          /** How often it was sent */
          attempts: number
        }>
      }>
      notices: Array<{
        /** Notice id */
        id: string
        /** Which sends it */
        product: string
        /** What it says */
        event_type: string
        /** Whether it was acknowledged, or sent as often as it is */
        state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
        /** How often it was sent */
        attempts: number
      }>
    }
  }

  /** Releases the money that is held for profit sharing. */
  releaseOrder: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The merchant's order number */
      out_trade_no: string
    }
    reply: AdminCalls['getOrder']['reply']
  }

  /** Notices, the newest first. */
  listNotices: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /** State */
      state?: 'PENDING' | 'DELIVERED' | 'EXHAUSTED' | undefined
      /** Which product sends it, such as `refunds` */
      product?: string | undefined
      /** What it says, such as `REFUND.SUCCESS` */
      event_type?: string | undefined
      /** What it is about, such as `order/1230000109/T1` */
      subject?: string | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Notice id: 1 to 64 characters, no spaces, no slashes */
        id: string
        /** Merchant number: 8 to 10 digits */
        mchid: string
        /** Which sends it; empty for what no product has declared */
        product: string
        /** What it says; several products may send the same */
        event_type: string
        /** The same in words */
        summary: string
        /** Where it goes */
        notify_url: string
        /** Whether it was acknowledged, or sent as often as it is */
        state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
        /** How often it was sent */
        attempts: number
        /** When it came to be */
        create_time: string
        /** When it is sent next */
        due_at?: string | undefined
        /** What it is about, such as `order/{mchid}/{out_trade_no}`; empty for nothing that is kept */
        subject: string
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A notice with its latest 100 attempts. */
  getNotice: {
    request: {
      /** Notice id: 1 to 64 characters, no spaces, no slashes */
      id: string
    }
    reply: {
      /** Notice id: 1 to 64 characters, no spaces, no slashes */
      id: string
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** Which sends it; empty for what no product has declared */
      product: string
      /** What it says; several products may send the same */
      event_type: string
      /** The same in words */
      summary: string
      /** Where it goes */
      notify_url: string
      /** Whether it was acknowledged, or sent as often as it is */
      state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
      /** How often it was sent */
      attempts: number
      /** When it came to be */
      create_time: string
      /** When it is sent next */
      due_at?: string | undefined
      /** What it is about, such as `order/{mchid}/{out_trade_no}`; empty for nothing that is kept */
      subject: string
      /** Of the resource */
      original_type: string
      /** The plaintext, as it is sealed afresh for each attempt */
      resource: Record<string, unknown>
      sent: Array<{
        /** From 1 */
        attempt: number
        /** When */
        business_time: string
        /** When, by the wall clock */
        wall_time: string
        /** How long it took */
        duration_ms: number
        /** As they were sent */
        request_headers: Record<string, string>
        /** As it was sent: sealed */
        request_body: string
        /** Absent when no reply came */
        reply_status?: number | undefined
        /** The first 2048 bytes */
        reply_body: string
        /** Why it is no acknowledgement; empty when it is */
        failure: string
      }>
    }
  }

  /**
   * Sends a notice of any content, once for each id. It is sealed and signed like any other, with the keys of the
   * moment, sent again by the retry schedule, shown with its attempts. Nothing in the sandbox has to fit it. It is
   * sent by the worker, so the reply may still say PENDING. The merchant must have an APIv3 key.
   */
  putNotice: {
    request: {
      /** Notice id: 1 to 36 characters, no spaces, no slashes */
      id: string
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** Where it goes */
      notify_url: string
      /** Which is to have sent it; empty unless said */
      product?: string | undefined
      /** What it says; it need not be known */
      event_type: string
      /** Of the resource; empty unless said */
      original_type?: string | undefined
      /** In words; empty unless said */
      summary?: string | undefined
      /** The plaintext */
      resource: Record<string, unknown>
    }
    reply: {
      /** Notice id: 1 to 64 characters, no spaces, no slashes */
      id: string
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** Which sends it; empty for what no product has declared */
      product: string
      /** What it says; several products may send the same */
      event_type: string
      /** The same in words */
      summary: string
      /** Where it goes */
      notify_url: string
      /** Whether it was acknowledged, or sent as often as it is */
      state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
      /** How often it was sent */
      attempts: number
      /** When it came to be */
      create_time: string
      /** When it is sent next */
      due_at?: string | undefined
      /** What it is about, such as `order/{mchid}/{out_trade_no}`; empty for nothing that is kept */
      subject: string
      /** Of the resource */
      original_type: string
      /** The plaintext, as it is sealed afresh for each attempt */
      resource: Record<string, unknown>
      sent: Array<{
        /** From 1 */
        attempt: number
        /** When */
        business_time: string
        /** When, by the wall clock */
        wall_time: string
        /** How long it took */
        duration_ms: number
        /** As they were sent */
        request_headers: Record<string, string>
        /** As it was sent: sealed */
        request_body: string
        /** Absent when no reply came */
        reply_status?: number | undefined
        /** The first 2048 bytes */
        reply_body: string
        /** Why it is no acknowledgement; empty when it is */
        failure: string
      }>
      /** Whether an earlier request of this id had done it, so that this one did nothing */
      repeated: boolean
    }
  }

  /**
   * Sends a notice once more, once for each replay_id. One that was delivered or given up is due now and has the
   * whole retry schedule again; one that waits is due now. It is sent by the worker, so the reply may still say
   * PENDING.
   */
  replayNotice: {
    request: {
      /** Notice id: 1 to 64 characters, no spaces, no slashes */
      id: string
      /** The name of this replay among those of the notice: 1 to 64 characters, no spaces, no slashes */
      replay_id: string
    }
    reply: AdminCalls['putNotice']['reply']
  }

  /** What goes wrong on purpose. */
  listFaults: {
    request: {
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** The rule; rules are matched in the order of these names: 1 to 64 characters, no spaces, no slashes */
        fault_id: string
        /**
         * LATENCY: the call waits `delay_ms` of wall time before anything is done. CONNECTION_RESET: the connection is
         * reset, nothing is done. RATE_LIMITED: HTTP 429, nothing is done. ERROR_BEFORE_COMMIT: HTTP 500, nothing is
         * done. ERROR_AFTER_COMMIT: HTTP 500, although it is done. REPLY_WRONG_SIGNATURE: the signature of the reply is
         * of other bytes. REPLY_PROBE: the signature of the reply begins with WECHATPAY/SIGNTEST/. REPLY_TRUNCATED: the
         * reply ends in the middle of its body, with the connection. REPLY_LOST: the connection ends without a reply,
         * although the call is done. HOST_DOWN: every request to the host is reset, whoever sends it.
         * NOTICE_WRONG_SIGNATURE: the first attempt has a signature of other bytes, the next one is genuine.
         * NOTICE_PROBE: the first attempt has a signature that begins with WECHATPAY/SIGNTEST/, the next one is genuine.
         * NOTICE_OLD: the first attempt was signed ten minutes ago, by what it says; the next one is genuine.
         * NOTICE_DOUBLED: it is sent twice at the same moment, each time signed afresh. NOTICE_DELAYED: it is sent
         * `delay_ms` of business time later. NOTICE_REORDERED: it is held until the next notice of its merchant was
         * sent, for `delay_ms` of business time at most, an hour unless said. NOTICE_LOST: it is given up without being
         * sent
         */
        kind:
          | 'LATENCY'
          | 'CONNECTION_RESET'
          | 'RATE_LIMITED'
          | 'ERROR_BEFORE_COMMIT'
          | 'ERROR_AFTER_COMMIT'
          | 'REPLY_WRONG_SIGNATURE'
          | 'REPLY_PROBE'
          | 'REPLY_TRUNCATED'
          | 'REPLY_LOST'
          | 'HOST_DOWN'
          | 'NOTICE_WRONG_SIGNATURE'
          | 'NOTICE_PROBE'
          | 'NOTICE_OLD'
          | 'NOTICE_DOUBLED'
          | 'NOTICE_DELAYED'
          | 'NOTICE_REORDERED'
          | 'NOTICE_LOST'
        /** Only calls of this name, such as `createRefund` */
        call?: string | undefined
        /** Only notices of this product, such as `refunds`: several may send one event type */
        product?: string | undefined
        /** Only notices of this type, such as `REFUND.SUCCESS` */
        event_type?: string | undefined
        /** Merchant number: 8 to 10 digits */
        mchid?: string | undefined
        /**
         * Only calls whose request, or notices whose plaintext, has all of these fields with these values, each at any
         * depth, such as `{"out_trade_no": "A1"}`: at most 10 texts, whole numbers and flags
         */
        fields?: Record<string, string | number | boolean> | undefined
        /** api: the main port and its official names. api2: the backup port and its official names */
        host?: 'api' | 'api2' | undefined
        /** How often the fault is injected at most; without limit unless said */
        count?: number | undefined
        /** LATENCY: wall time, at most 120000. NOTICE_DELAYED and NOTICE_REORDERED: business time, at most 30 days */
        delay_ms?: number | undefined
        /** How likely a match gets the fault, in hundredths of a percent; 10000, which is always, unless said */
        probability: number
        /** Decides which matches get the fault; 0 unless said */
        seed: number
        /** How often it matched since it was made */
        matched: number
        /** How often the fault was injected */
        injected: number
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A rule by which something goes wrong, and how often its fault was injected. */
  getFault: {
    request: {
      /** The rule; rules are matched in the order of these names: 1 to 64 characters, no spaces, no slashes */
      fault_id: string
    }
    reply: {
      /** The rule; rules are matched in the order of these names: 1 to 64 characters, no spaces, no slashes */
      fault_id: string
      /**
       * LATENCY: the call waits `delay_ms` of wall time before anything is done. CONNECTION_RESET: the connection is
       * reset, nothing is done. RATE_LIMITED: HTTP 429, nothing is done. ERROR_BEFORE_COMMIT: HTTP 500, nothing is
       * done. ERROR_AFTER_COMMIT: HTTP 500, although it is done. REPLY_WRONG_SIGNATURE: the signature of the reply is
       * of other bytes. REPLY_PROBE: the signature of the reply begins with WECHATPAY/SIGNTEST/. REPLY_TRUNCATED: the
       * reply ends in the middle of its body, with the connection. REPLY_LOST: the connection ends without a reply,
       * although the call is done. HOST_DOWN: every request to the host is reset, whoever sends it.
       * NOTICE_WRONG_SIGNATURE: the first attempt has a signature of other bytes, the next one is genuine.
       * NOTICE_PROBE: the first attempt has a signature that begins with WECHATPAY/SIGNTEST/, the next one is genuine.
       * NOTICE_OLD: the first attempt was signed ten minutes ago, by what it says; the next one is genuine.
       * NOTICE_DOUBLED: it is sent twice at the same moment, each time signed afresh. NOTICE_DELAYED: it is sent
       * `delay_ms` of business time later. NOTICE_REORDERED: it is held until the next notice of its merchant was
       * sent, for `delay_ms` of business time at most, an hour unless said. NOTICE_LOST: it is given up without being
       * sent
       */
      kind:
        | 'LATENCY'
        | 'CONNECTION_RESET'
        | 'RATE_LIMITED'
        | 'ERROR_BEFORE_COMMIT'
        | 'ERROR_AFTER_COMMIT'
        | 'REPLY_WRONG_SIGNATURE'
        | 'REPLY_PROBE'
        | 'REPLY_TRUNCATED'
        | 'REPLY_LOST'
        | 'HOST_DOWN'
        | 'NOTICE_WRONG_SIGNATURE'
        | 'NOTICE_PROBE'
        | 'NOTICE_OLD'
        | 'NOTICE_DOUBLED'
        | 'NOTICE_DELAYED'
        | 'NOTICE_REORDERED'
        | 'NOTICE_LOST'
      /** Only calls of this name, such as `createRefund` */
      call?: string | undefined
      /** Only notices of this product, such as `refunds`: several may send one event type */
      product?: string | undefined
      /** Only notices of this type, such as `REFUND.SUCCESS` */
      event_type?: string | undefined
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /**
       * Only calls whose request, or notices whose plaintext, has all of these fields with these values, each at any
       * depth, such as `{"out_trade_no": "A1"}`: at most 10 texts, whole numbers and flags
       */
      fields?: Record<string, string | number | boolean> | undefined
      /** api: the main port and its official names. api2: the backup port and its official names */
      host?: 'api' | 'api2' | undefined
      /** How often the fault is injected at most; without limit unless said */
      count?: number | undefined
      /** LATENCY: wall time, at most 120000. NOTICE_DELAYED and NOTICE_REORDERED: business time, at most 30 days */
      delay_ms?: number | undefined
      /** How likely a match gets the fault, in hundredths of a percent; 10000, which is always, unless said */
      probability: number
      /** Decides which matches get the fault; 0 unless said */
      seed: number
      /** How often it matched since it was made */
      matched: number
      /** How often the fault was injected */
      injected: number
    }
  }

  /**
   * Lets something go wrong on purpose. All fields together are the rule: with others than before it starts anew,
   * with the same ones nothing changes. A filter that is not given fits everything; a rule that could never match
   * is refused. Whether the n-th match gets the fault is decided only by the seed and n. There are 100 rules at
   * most.
   */
  putFault: {
    request: {
      /** The rule; rules are matched in the order of these names: 1 to 64 characters, no spaces, no slashes */
      fault_id: string
      /**
       * LATENCY: the call waits `delay_ms` of wall time before anything is done. CONNECTION_RESET: the connection is
       * reset, nothing is done. RATE_LIMITED: HTTP 429, nothing is done. ERROR_BEFORE_COMMIT: HTTP 500, nothing is
       * done. ERROR_AFTER_COMMIT: HTTP 500, although it is done. REPLY_WRONG_SIGNATURE: the signature of the reply is
       * of other bytes. REPLY_PROBE: the signature of the reply begins with WECHATPAY/SIGNTEST/. REPLY_TRUNCATED: the
       * reply ends in the middle of its body, with the connection. REPLY_LOST: the connection ends without a reply,
       * although the call is done. HOST_DOWN: every request to the host is reset, whoever sends it.
       * NOTICE_WRONG_SIGNATURE: the first attempt has a signature of other bytes, the next one is genuine.
       * NOTICE_PROBE: the first attempt has a signature that begins with WECHATPAY/SIGNTEST/, the next one is genuine.
       * NOTICE_OLD: the first attempt was signed ten minutes ago, by what it says; the next one is genuine.
       * NOTICE_DOUBLED: it is sent twice at the same moment, each time signed afresh. NOTICE_DELAYED: it is sent
       * `delay_ms` of business time later. NOTICE_REORDERED: it is held until the next notice of its merchant was
       * sent, for `delay_ms` of business time at most, an hour unless said. NOTICE_LOST: it is given up without being
       * sent
       */
      kind:
        | 'LATENCY'
        | 'CONNECTION_RESET'
        | 'RATE_LIMITED'
        | 'ERROR_BEFORE_COMMIT'
        | 'ERROR_AFTER_COMMIT'
        | 'REPLY_WRONG_SIGNATURE'
        | 'REPLY_PROBE'
        | 'REPLY_TRUNCATED'
        | 'REPLY_LOST'
        | 'HOST_DOWN'
        | 'NOTICE_WRONG_SIGNATURE'
        | 'NOTICE_PROBE'
        | 'NOTICE_OLD'
        | 'NOTICE_DOUBLED'
        | 'NOTICE_DELAYED'
        | 'NOTICE_REORDERED'
        | 'NOTICE_LOST'
      /** Only calls of this name, such as `createRefund` */
      call?: string | undefined
      /** Only notices of this product, such as `refunds`: several may send one event type */
      product?: string | undefined
      /** Only notices of this type, such as `REFUND.SUCCESS` */
      event_type?: string | undefined
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /**
       * Only calls whose request, or notices whose plaintext, has all of these fields with these values, each at any
       * depth, such as `{"out_trade_no": "A1"}`: at most 10 texts, whole numbers and flags
       */
      fields?: Record<string, string | number | boolean> | undefined
      /** api: the main port and its official names. api2: the backup port and its official names */
      host?: 'api' | 'api2' | undefined
      /** How often the fault is injected at most; without limit unless said */
      count?: number | undefined
      /** LATENCY: wall time, at most 120000. NOTICE_DELAYED and NOTICE_REORDERED: business time, at most 30 days */
      delay_ms?: number | undefined
      /** How likely a match gets the fault, in hundredths of a percent; 10000, which is always, unless said */
      probability?: number | undefined
      /** Decides which matches get the fault; 0 unless said */
      seed?: number | undefined
    }
    reply: AdminCalls['getFault']['reply']
  }

  /** Takes a rule away; faults that were injected already still happen. */
  deleteFault: {
    request: {
      /** The rule; rules are matched in the order of these names: 1 to 64 characters, no spaces, no slashes */
      fault_id: string
    }
    reply: {
      /** The rule; rules are matched in the order of these names: 1 to 64 characters, no spaces, no slashes */
      fault_id: string
    }
  }

  /**
   * The newest calls that all nodes have answered, the newest first. The newest 10,000 with a right signature are
   * kept, unless `--recent-calls` says another number, and the newest 1,000 others. When more come for a while,
   * twenty successes and twenty refusals a second are kept, and ten calls without a right signature. Calls of
   * another node are listed after `lag_ms` of `GET /node`. Calls that a HOST_DOWN has reset are not among them.
   */
  listCalls: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /** The name of the call */
      op?: string | undefined
      /** Of the reply */
      status?: number | undefined
      /** Of a refusal */
      code?: string | undefined
      /** A number that the request names, whatever it is the number of */
      number?: string | undefined
      /** `Request-ID` of the reply, with or without the number behind its hyphen */
      request_id?: string | undefined
      /** When the request came at the earliest, by the wall clock */
      since?: string | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** The first part of `Request-ID`; an id of its own for a 404 or 405 without one */
        request_id: string
        /** The name of the call; absent when the path has none, or not with this method */
        op?: string | undefined
        /** Merchant number: 8 to 10 digits */
        mchid?: string | undefined
        /** Of the request */
        method: string
        /** Path and query as they came, the first 4096 characters */
        target: string
        /** Whether the signature of the request was found to be right */
        signature_valid: boolean
        /** Of the reply, also when a fault has lost it; absent when there was none */
        status?: number | undefined
        /** Of a refusal */
        code?: string | undefined
        /** When the request came, by the wall clock */
        wall_time: string
        /** When it was answered */
        business_time: string
        /** Until the reply was ready, or for a file until it was sent */
        duration_ms: number
        /** The fields of the request whose names end in `_no` or `_id`, the first 8, with their values */
        numbers: Record<string, string>
        /** What was injected into it */
        faults: Array<{
          /** The rule */
          fault_id: string
          /** What it does */
          kind: string
        }>
        unknown_fields?: Array<string> | undefined
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A call with its request and its reply. */
  getCall: {
    request: {
      /**
       * `Request-ID` of the reply, with or without the number behind its hyphen: 1 to 64 characters, no spaces, no
       * slashes
       */
      request_id: string
    }
    reply: {
      /** The first part of `Request-ID`; an id of its own for a 404 or 405 without one */
      request_id: string
      /** The name of the call; absent when the path has none, or not with this method */
      op?: string | undefined
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /** Of the request */
      method: string
      /** Path and query as they came, the first 4096 characters */
      target: string
      /** Whether the signature of the request was found to be right */
      signature_valid: boolean
      /** Of the reply, also when a fault has lost it; absent when there was none */
      status?: number | undefined
      /** Of a refusal */
      code?: string | undefined
      /** When the request came, by the wall clock */
      wall_time: string
      /** When it was answered */
      business_time: string
      /** Until the reply was ready, or for a file until it was sent */
      duration_ms: number
      /** The fields of the request whose names end in `_no` or `_id`, the first 8, with their values */
      numbers: Record<string, string>
      /** What was injected into it */
      faults: Array<{
        /** The rule */
        fault_id: string
        /** What it does */
        kind: string
      }>
      unknown_fields?: Array<string> | undefined
      /**
       * `Accept`, `Accept-Language`, `Authorization` without its signature, `Content-Type`, `Host`, `User-Agent` and
       * `Wechatpay-Serial`, as far as they came
       */
      request_headers: Record<string, string>
      /**
       * The first 8 KiB as text, encrypted fields as they came; empty when the request was refused before its body was
       * read
       */
      request_body: string
      /** Bytes of the whole body */
      request_length: number
      /** The first 8 KiB as text; absent for a file and when there was no reply */
      reply_body?: string | undefined
      /** Bytes of the whole body, or those of a file that were sent */
      reply_length?: number | undefined
      /** The certificate or public key by which the reply can be verified */
      signed_by?: string | undefined
      /** Whether `GET /refused-signatures/{request_id}` says why the signature was refused */
      is_explained: boolean
    }
  }

  /**
   * Requests whose signature was refused, the newest first, with the likely cause of each. The newest 1000 are
   * kept. When more than ten come in a second for a while, some of them are not explained and not here.
   */
  listRefusedSignatures: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /** The likely cause */
      cause?:
        | 'authorization_missing'
        | 'authorization_malformed'
        | 'timestamp_unit'
        | 'apiv2_style'
        | 'scheme_foreign'
        | 'shangmi_not_enabled'
        | 'clock_off'
        | 'clock_timezone'
        | 'merchant_unknown'
        | 'sub_merchant_called'
        | 'certificate_never_issued'
        | 'serial_of_platform'
        | 'public_key_id_as_serial'
        | 'serial_of_other_merchant'
        | 'serial_spelling'
        | 'serial_unknown'
        | 'scheme_of_other_key'
        | 'certificate_revoked'
        | 'certificate_replaced'
        | 'certificate_expired'
        | 'signature_base64url'
        | 'signature_hex'
        | 'signature_url_encoded'
        | 'signature_escaped'
        | 'signature_object_as_text'
        | 'digest_as_signature'
        | 'signature_blanks'
        | 'signature_encoded_twice'
        | 'signature_not_base64'
        | 'signature_length'
        | 'digest_algorithm'
        | 'padding_pss'
        | 'digest_missing'
        | 'hashed_twice'
        | 'sm2_user_id'
        | 'sm2_not_asn1'
        | 'key_of_other_certificate'
        | 'key_of_other_merchant'
        | 'key_of_platform'
        | 'key_unknown'
        | 'last_line_feed'
        | 'carriage_returns'
        | 'escaped_line_feeds'
        | 'line_feeds_missing'
        | 'line_order'
        | 'line_missing'
        | 'line_blanks'
        | 'line_undefined'
        | 'message_of_reply'
        | 'byte_order_mark'
        | 'charset'
        | 'method_case'
        | 'method_other'
        | 'timestamp_differs'
        | 'nonce_differs'
        | 'host_signed'
        | 'path_prefix_signed'
        | 'path_prefix_missing'
        | 'path_slash'
        | 'path_template'
        | 'path_decoded'
        | 'chinese_not_encoded'
        | 'query_empty'
        | 'query_left_out'
        | 'query_parameter_added'
        | 'query_decoded'
        | 'query_reordered'
        | 'query_plus'
        | 'escape_case'
        | 'url_case'
        | 'escaped_otherwise'
        | 'escaped_twice'
        | 'body_left_out'
        | 'body_of_get'
        | 'empty_body_as_text'
        | 'body_object_as_text'
        | 'body_form_encoded'
        | 'body_line_feed'
        | 'body_spacing'
        | 'body_key_order'
        | 'body_unicode_escapes'
        | 'body_slash_escapes'
        | 'body_rewritten'
        | 'body_field_added'
        | 'body_json_twice'
        | 'body_encoded'
        | 'body_compressed'
        | 'body_byte_order_mark'
        | 'body_charset'
        | 'key_or_message_unknown'
        | 'other_message'
        | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** The first part of `Request-ID` */
        request_id: string
        /** When it came, by the wall clock */
        wall_time: string
        /** When it came */
        business_time: string
        /** The name of the call */
        op: string
        /** The kind of error that was answered */
        error: string
        /** Of the request */
        method: string
        /** Path and query as they came */
        target: string
        /** As the header names it */
        mchid?: string | undefined
        /** As the header names it, in upper case */
        serial_no?: string | undefined
        /** What to begin with; docs/diagnosis.md lists all */
        cause:
          | 'authorization_missing'
          | 'authorization_malformed'
          | 'timestamp_unit'
          | 'apiv2_style'
          | 'scheme_foreign'
          | 'shangmi_not_enabled'
          | 'clock_off'
          | 'clock_timezone'
          | 'merchant_unknown'
          | 'sub_merchant_called'
          | 'certificate_never_issued'
          | 'serial_of_platform'
          | 'public_key_id_as_serial'
          | 'serial_of_other_merchant'
          | 'serial_spelling'
          | 'serial_unknown'
          | 'scheme_of_other_key'
          | 'certificate_revoked'
          | 'certificate_replaced'
          | 'certificate_expired'
          | 'signature_base64url'
          | 'signature_hex'
          | 'signature_url_encoded'
          | 'signature_escaped'
          | 'signature_object_as_text'
          | 'digest_as_signature'
          | 'signature_blanks'
          | 'signature_encoded_twice'
          | 'signature_not_base64'
          | 'signature_length'
          | 'digest_algorithm'
          | 'padding_pss'
          | 'digest_missing'
          | 'hashed_twice'
          | 'sm2_user_id'
          | 'sm2_not_asn1'
          | 'key_of_other_certificate'
          | 'key_of_other_merchant'
          | 'key_of_platform'
          | 'key_unknown'
          | 'last_line_feed'
          | 'carriage_returns'
          | 'escaped_line_feeds'
          | 'line_feeds_missing'
          | 'line_order'
          | 'line_missing'
          | 'line_blanks'
          | 'line_undefined'
          | 'message_of_reply'
          | 'byte_order_mark'
          | 'charset'
          | 'method_case'
          | 'method_other'
          | 'timestamp_differs'
          | 'nonce_differs'
          | 'host_signed'
          | 'path_prefix_signed'
          | 'path_prefix_missing'
          | 'path_slash'
          | 'path_template'
          | 'path_decoded'
          | 'chinese_not_encoded'
          | 'query_empty'
          | 'query_left_out'
          | 'query_parameter_added'
          | 'query_decoded'
          | 'query_reordered'
          | 'query_plus'
          | 'escape_case'
          | 'url_case'
          | 'escaped_otherwise'
          | 'escaped_twice'
          | 'body_left_out'
          | 'body_of_get'
          | 'empty_body_as_text'
          | 'body_object_as_text'
          | 'body_form_encoded'
          | 'body_line_feed'
          | 'body_spacing'
          | 'body_key_order'
          | 'body_unicode_escapes'
          | 'body_slash_escapes'
          | 'body_rewritten'
          | 'body_field_added'
          | 'body_json_twice'
          | 'body_encoded'
          | 'body_compressed'
          | 'body_byte_order_mark'
          | 'body_charset'
          | 'key_or_message_unknown'
          | 'other_message'
        /** All that went wrong at once */
        causes: Array<
          | 'authorization_missing'
          | 'authorization_malformed'
          | 'timestamp_unit'
          | 'apiv2_style'
          | 'scheme_foreign'
          | 'shangmi_not_enabled'
          | 'clock_off'
          | 'clock_timezone'
          | 'merchant_unknown'
          | 'sub_merchant_called'
          | 'certificate_never_issued'
          | 'serial_of_platform'
          | 'public_key_id_as_serial'
          | 'serial_of_other_merchant'
          | 'serial_spelling'
          | 'serial_unknown'
          | 'scheme_of_other_key'
          | 'certificate_revoked'
          | 'certificate_replaced'
          | 'certificate_expired'
          | 'signature_base64url'
          | 'signature_hex'
          | 'signature_url_encoded'
          | 'signature_escaped'
          | 'signature_object_as_text'
          | 'digest_as_signature'
          | 'signature_blanks'
          | 'signature_encoded_twice'
          | 'signature_not_base64'
          | 'signature_length'
          | 'digest_algorithm'
          | 'padding_pss'
          | 'digest_missing'
          | 'hashed_twice'
          | 'sm2_user_id'
          | 'sm2_not_asn1'
          | 'key_of_other_certificate'
          | 'key_of_other_merchant'
          | 'key_of_platform'
          | 'key_unknown'
          | 'last_line_feed'
          | 'carriage_returns'
          | 'escaped_line_feeds'
          | 'line_feeds_missing'
          | 'line_order'
          | 'line_missing'
          | 'line_blanks'
          | 'line_undefined'
          | 'message_of_reply'
          | 'byte_order_mark'
          | 'charset'
          | 'method_case'
          | 'method_other'
          | 'timestamp_differs'
          | 'nonce_differs'
          | 'host_signed'
          | 'path_prefix_signed'
          | 'path_prefix_missing'
          | 'path_slash'
          | 'path_template'
          | 'path_decoded'
          | 'chinese_not_encoded'
          | 'query_empty'
          | 'query_left_out'
          | 'query_parameter_added'
          | 'query_decoded'
          | 'query_reordered'
          | 'query_plus'
          | 'escape_case'
          | 'url_case'
          | 'escaped_otherwise'
          | 'escaped_twice'
          | 'body_left_out'
          | 'body_of_get'
          | 'empty_body_as_text'
          | 'body_object_as_text'
          | 'body_form_encoded'
          | 'body_line_feed'
          | 'body_spacing'
          | 'body_key_order'
          | 'body_unicode_escapes'
          | 'body_slash_escapes'
          | 'body_rewritten'
          | 'body_field_added'
          | 'body_json_twice'
          | 'body_encoded'
          | 'body_compressed'
          | 'body_byte_order_mark'
          | 'body_charset'
          | 'key_or_message_unknown'
          | 'other_message'
        >
        /** The causes as sentences, with what is special to this request */
        explanation: string
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** What was expected of a refused signature, what came, and why. */
  getRefusedSignature: {
    request: {
      /**
       * `Request-ID` of the reply, with or without the number behind its hyphen: 1 to 64 characters, no spaces, no
       * slashes
       */
      request_id: string
    }
    reply: {
      /** The first part of `Request-ID` */
      request_id: string
      /** When it came, by the wall clock */
      wall_time: string
      /** When it came */
      business_time: string
      /** The name of the call */
      op: string
      /** The kind of error that was answered */
      error: string
      /** Of the request */
      method: string
      /** Path and query as they came */
      target: string
      /** As the header names it */
      mchid?: string | undefined
      /** As the header names it, in upper case */
      serial_no?: string | undefined
      /** What to begin with; docs/diagnosis.md lists all */
      cause:
        | 'authorization_missing'
        | 'authorization_malformed'
        | 'timestamp_unit'
        | 'apiv2_style'
        | 'scheme_foreign'
        | 'shangmi_not_enabled'
        | 'clock_off'
        | 'clock_timezone'
        | 'merchant_unknown'
        | 'sub_merchant_called'
        | 'certificate_never_issued'
        | 'serial_of_platform'
        | 'public_key_id_as_serial'
        | 'serial_of_other_merchant'
        | 'serial_spelling'
        | 'serial_unknown'
        | 'scheme_of_other_key'
        | 'certificate_revoked'
        | 'certificate_replaced'
        | 'certificate_expired'
        | 'signature_base64url'
        | 'signature_hex'
        | 'signature_url_encoded'
        | 'signature_escaped'
        | 'signature_object_as_text'
        | 'digest_as_signature'
        | 'signature_blanks'
        | 'signature_encoded_twice'
        | 'signature_not_base64'
        | 'signature_length'
        | 'digest_algorithm'
        | 'padding_pss'
        | 'digest_missing'
        | 'hashed_twice'
        | 'sm2_user_id'
        | 'sm2_not_asn1'
        | 'key_of_other_certificate'
        | 'key_of_other_merchant'
        | 'key_of_platform'
        | 'key_unknown'
        | 'last_line_feed'
        | 'carriage_returns'
        | 'escaped_line_feeds'
        | 'line_feeds_missing'
        | 'line_order'
        | 'line_missing'
        | 'line_blanks'
        | 'line_undefined'
        | 'message_of_reply'
        | 'byte_order_mark'
        | 'charset'
        | 'method_case'
        | 'method_other'
        | 'timestamp_differs'
        | 'nonce_differs'
        | 'host_signed'
        | 'path_prefix_signed'
        | 'path_prefix_missing'
        | 'path_slash'
        | 'path_template'
        | 'path_decoded'
        | 'chinese_not_encoded'
        | 'query_empty'
        | 'query_left_out'
        | 'query_parameter_added'
        | 'query_decoded'
        | 'query_reordered'
        | 'query_plus'
        | 'escape_case'
        | 'url_case'
        | 'escaped_otherwise'
        | 'escaped_twice'
        | 'body_left_out'
        | 'body_of_get'
        | 'empty_body_as_text'
        | 'body_object_as_text'
        | 'body_form_encoded'
        | 'body_line_feed'
        | 'body_spacing'
        | 'body_key_order'
        | 'body_unicode_escapes'
        | 'body_slash_escapes'
        | 'body_rewritten'
        | 'body_field_added'
        | 'body_json_twice'
        | 'body_encoded'
        | 'body_compressed'
        | 'body_byte_order_mark'
        | 'body_charset'
        | 'key_or_message_unknown'
        | 'other_message'
      /** All that went wrong at once */
      causes: Array<
        | 'authorization_missing'
        | 'authorization_malformed'
        | 'timestamp_unit'
        | 'apiv2_style'
        | 'scheme_foreign'
        | 'shangmi_not_enabled'
        | 'clock_off'
        | 'clock_timezone'
        | 'merchant_unknown'
        | 'sub_merchant_called'
        | 'certificate_never_issued'
        | 'serial_of_platform'
        | 'public_key_id_as_serial'
        | 'serial_of_other_merchant'
        | 'serial_spelling'
        | 'serial_unknown'
        | 'scheme_of_other_key'
        | 'certificate_revoked'
        | 'certificate_replaced'
        | 'certificate_expired'
        | 'signature_base64url'
        | 'signature_hex'
        | 'signature_url_encoded'
        | 'signature_escaped'
        | 'signature_object_as_text'
        | 'digest_as_signature'
        | 'signature_blanks'
        | 'signature_encoded_twice'
        | 'signature_not_base64'
        | 'signature_length'
        | 'digest_algorithm'
        | 'padding_pss'
        | 'digest_missing'
        | 'hashed_twice'
        | 'sm2_user_id'
        | 'sm2_not_asn1'
        | 'key_of_other_certificate'
        | 'key_of_other_merchant'
        | 'key_of_platform'
        | 'key_unknown'
        | 'last_line_feed'
        | 'carriage_returns'
        | 'escaped_line_feeds'
        | 'line_feeds_missing'
        | 'line_order'
        | 'line_missing'
        | 'line_blanks'
        | 'line_undefined'
        | 'message_of_reply'
        | 'byte_order_mark'
        | 'charset'
        | 'method_case'
        | 'method_other'
        | 'timestamp_differs'
        | 'nonce_differs'
        | 'host_signed'
        | 'path_prefix_signed'
        | 'path_prefix_missing'
        | 'path_slash'
        | 'path_template'
        | 'path_decoded'
        | 'chinese_not_encoded'
        | 'query_empty'
        | 'query_left_out'
        | 'query_parameter_added'
        | 'query_decoded'
        | 'query_reordered'
        | 'query_plus'
        | 'escape_case'
        | 'url_case'
        | 'escaped_otherwise'
        | 'escaped_twice'
        | 'body_left_out'
        | 'body_of_get'
        | 'empty_body_as_text'
        | 'body_object_as_text'
        | 'body_form_encoded'
        | 'body_line_feed'
        | 'body_spacing'
        | 'body_key_order'
        | 'body_unicode_escapes'
        | 'body_slash_escapes'
        | 'body_rewritten'
        | 'body_field_added'
        | 'body_json_twice'
        | 'body_encoded'
        | 'body_compressed'
        | 'body_byte_order_mark'
        | 'body_charset'
        | 'key_or_message_unknown'
        | 'other_message'
      >
      /** The causes as sentences, with what is special to this request */
      explanation: string
      /** What the caller should change */
      what_to_do: string
      /** As it came */
      authorization_header: string
      /** As the header names it */
      timestamp?: string | undefined
      /** As the header names it */
      nonce_str?: string | undefined
      /** The first 64 KiB as text; absent when the request was refused before its body was read */
      body?: string | undefined
      /** The same bytes */
      body_base64?: string | undefined
      /** Bytes of the whole body */
      body_length?: number | undefined
      /**
       * What the signature should cover, with the first 64 KiB of the body; absent when the header could not be read
       * or the body was not
       */
      expected_message?: string | undefined
      /** The same bytes */
      expected_message_base64?: string | undefined
      /** What the caller has signed, when it was found */
      signed_message?: string | undefined
      /** The same bytes */
      signed_message_base64?: string | undefined
      /** The offset of the first byte in which the two messages differ */
      first_difference?: number | undefined
      /** The digest that the caller has signed, in hexadecimal, when the signature gave it back */
      signed_digest?: string | undefined
      /** The certificate or key whose private key has signed, when it was found */
      signed_by?: string | undefined
    }
  }

  /** Business time. */
  getClock: {
    request: Record<never, never>
    reply: {
      /** REAL runs with wall time, FROZEN stands still until it is moved */
      mode: 'REAL' | 'FROZEN'
      /** What the business says it is */
      business_time: string
      /** Of signatures and HTTP */
      wall_time: string
      /** Business time less wall time */
      offset_ms: number
    }
  }

  /** Freezes business time, or lets it run on from where it is. */
  putClock: {
    request: {
      /** REAL runs with wall time, FROZEN stands still until it is moved */
      mode: 'REAL' | 'FROZEN'
    }
    reply: AdminCalls['getClock']['reply']
  }

  /**
   * Moves business time forward and answers when everything due on the way is done. Give either `to` or `step_ms`.
   * At most 366 days at once, never back. The target is fixed by the first request of a name: repeated, it goes on
   * from where it came, or answers what it did. It does not wait for work that callers add meanwhile.
   */
  putClockMove: {
    request: {
      /** The name of this move: 1 to 64 characters, no spaces, no slashes */
      move_id: string
      /** The instant */
      to?: string | undefined
      /** How far, in milliseconds; at most 366 days */
      step_ms?: number | undefined
    }
    reply: {
      /** The name of this move: 1 to 64 characters, no spaces, no slashes */
      move_id: string
      /** Where it began */
      from_time: string
      /** Where it leads */
      to_time: string
      /** False when it came only part of the way; the same PUT goes on */
      finished: boolean
      /** How many pieces of each job were done, by its name */
      done?: Record<string, number> | undefined
      /** Whether an earlier request of this id had done it, so that this one did nothing */
      repeated: boolean
    }
  }

  /** A move of business time. */
  getClockMove: {
    request: {
      /** The name of this move: 1 to 64 characters, no spaces, no slashes */
      move_id: string
    }
    reply: {
      /** The name of this move: 1 to 64 characters, no spaces, no slashes */
      move_id: string
      /** Where it began */
      from_time: string
      /** Where it leads */
      to_time: string
      /** False when it came only part of the way; the same PUT goes on */
      finished: boolean
      /** How many pieces of each job were done, by its name */
      done?: Record<string, number> | undefined
    }
  }

  /**
   * Does everything that is due by now, and answers when it is done. It does not wait for work that callers add
   * meanwhile.
   */
  putDueWork: {
    request: Record<never, never>
    reply: {
      /** Now */
      business_time: string
      /** How many pieces of each job were done, by its name */
      done: Record<string, number>
    }
  }

  /** The node that answers, and whether there can be others. */
  getNode: {
    request: Record<never, never>
    reply: {
      /** Where everything is kept */
      store: 'sqlite' | 'postgres'
      /** Whether other nodes can be on the same store */
      is_shared: boolean
      /**
       * How long it takes until other nodes act by a change of faults, clock or platform certificates, and until their
       * calls are listed here: 0 where there are no others
       */
      lag_ms: number
    }
  }

  /** Accounts, in the order of their names. */
  listLedgerAccounts: {
    request: {
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Its name, such as payer/…/wallet */
        account: string
        /** Credits less debits, posted, in fen */
        balance: number
        /** Promised to others, in fen */
        pending_debits: number
        /** Promised by others, in fen */
        pending_credits: number
        /** How far it may go down; absent when it mirrors money outside the platform, in fen */
        minimum?: number | undefined
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** An account; the slashes of its name are written %2F. */
  getLedgerAccount: {
    request: {
      /** Its name */
      account: string
    }
    reply: {
      /** Its name, such as payer/…/wallet */
      account: string
      /** Credits less debits, posted, in fen */
      balance: number
      /** Promised to others, in fen */
      pending_debits: number
      /** Promised by others, in fen */
      pending_credits: number
      /** How far it may go down; absent when it mirrors money outside the platform, in fen */
      minimum?: number | undefined
    }
  }

  /** Transfers of a subject, such as order/1230000109/20150806125346. */
  listLedgerTransfers: {
    request: {
      /** What the money moved for */
      subject: string
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** What the money moved for */
        subject: string
        /** Its name within the subject */
        entry: string
        /** Why it moved */
        kind: string
        /** From */
        debit_account: string
        /** To */
        credit_account: string
        /** Moved, in fen */
        amount: number
        /** PENDING is promised, VOIDED was taken back */
        state: 'PENDING' | 'POSTED' | 'VOIDED'
        /** Of the last change of its state */
        business_time: string
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** Checks every balance against its transfers. */
  auditLedger: {
    request: Record<never, never>
    reply: {
      faults: Array<string>
    }
  }

  /** What is to be remembered, in the order of its names. */
  listReminders: {
    request: {
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** The reminder: 1 to 64 characters, no spaces, no slashes */
        reminder_id: string
        /** Whatever is to be remembered */
        text: string
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** What is to be remembered. */
  getReminder: {
    request: {
      /** The reminder: 1 to 64 characters, no spaces, no slashes */
      reminder_id: string
    }
    reply: {
      /** The reminder: 1 to 64 characters, no spaces, no slashes */
      reminder_id: string
      /** Whatever is to be remembered */
      text: string
    }
  }

  /**
   * Remembers a text. The platform does nothing with it. A program that is about to change the sandbox writes down
   * how to put it back; if it is killed, the next one finds that here. `boomgate doctor` does so, under `doctor-`
   * and the merchant number.
   */
  putReminder: {
    request: {
      /** The reminder: 1 to 64 characters, no spaces, no slashes */
      reminder_id: string
      /** Whatever is to be remembered */
      text: string
    }
    reply: AdminCalls['getReminder']['reply']
  }

  /** Forgets a text. */
  deleteReminder: {
    request: {
      /** The reminder: 1 to 64 characters, no spaces, no slashes */
      reminder_id: string
    }
    reply: {
      /** The reminder: 1 to 64 characters, no spaces, no slashes */
      reminder_id: string
    }
  }

  /** Snapshots of the sandbox. */
  listSnapshots: {
    request: Record<never, never>
    reply: {
      data: Array<{
        /** Its name: letters, digits, _ and - */
        name: string
        /** At which it was taken */
        business_time: string
        /** The same by the wall clock */
        wall_time: string
        /** Size of its file */
        bytes: number
      }>
    }
  }

  /** A snapshot. */
  getSnapshot: {
    request: {
      /** Its name: letters, digits, _ and - */
      name: string
    }
    reply: {
      /** Its name: letters, digits, _ and - */
      name: string
      /** At which it was taken */
      business_time: string
      /** The same by the wall clock */
      wall_time: string
      /** Size of its file */
      bytes: number
    }
  }

  /** Takes a snapshot; one that exists is left as it is. */
  putSnapshot: {
    request: {
      /** Its name: letters, digits, _ and - */
      name: string
    }
    reply: AdminCalls['getSnapshot']['reply']
  }

  /** Deletes a snapshot, and forgets what was restored from it. */
  deleteSnapshot: {
    request: {
      /** Its name: letters, digits, _ and - */
      name: string
    }
    reply: {
      /** Its name: letters, digits, _ and - */
      name: string
    }
  }

  /**
   * Makes the sandbox what it was at a snapshot; once for each restoration_id. Business time is what it was too,
   * unless the clock was given at start.
   */
  putRestoration: {
    request: {
      /** Its name: letters, digits, _ and - */
      name: string
      /** The name of this restoration: 1 to 64 characters, no spaces, no slashes */
      restoration_id: string
    }
    reply: {
      /** The name that was given to it: 1 to 64 characters, no spaces, no slashes */
      id: string
      /** What was restored; empty for a reset */
      snapshot: string
      /** Of the sandbox after it */
      business_time: string
      /** When it was done */
      wall_time: string
      /** Whether an earlier request of this id had done it, so that this one did nothing */
      repeated: boolean
    }
  }

  /**
   * Makes the sandbox what it was at the first start, with the same keys; once for each reset_id. Business time
   * runs with wall time again, unless the clock was given at start.
   */
  putReset: {
    request: {
      /** The name of this reset: 1 to 64 characters, no spaces, no slashes */
      reset_id: string
    }
    reply: AdminCalls['putRestoration']['reply']
  }

  /** This API as OpenAPI 3.1. */
  getOpenApi: {
    request: Record<never, never>
    reply: Record<string, unknown>
  }

  /**
   * Lets a payer pay an order, or look at it and go away; once for each payment_id. Give exactly one of
   * `code_url`, `h5_url`, `jsapi`, `mini_program` and `app`. The last three are what a page or an app hands to
   * WeChat, and are checked as WeChat does: form, app id, signature, age, payer. What does not fit is a 200 with
   * the state REFUSED, with what the payer is shown and with the cause.
   */
  putPayment: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** Your name of what the payer does; the same again does nothing: 1 to 64 characters, no spaces, no slashes */
      payment_id: string
      /** A code that the payer scans */
      code_url?: string | undefined
      /** A page that the payer opens in a browser */
      h5_url?: string | undefined
      /** What the page gives to getBrandWCPayRequest or wx.chooseWXPay */
      jsapi?: Record<string, unknown> | undefined
      /** What the mini program gives to wx.requestPayment */
      mini_program?: Record<string, unknown> | undefined
      /** What the app gives to sendReq, by the names of Android, of iOS, or in small letters */
      app?: Record<string, unknown> | undefined
      /** With `mini_program`: the app id of the mini program; that of the order unless said */
      appid?: string | undefined
      /** PAY unless said; of `payer-who-cancels` CANCEL */
      action?: 'PAY' | 'CANCEL' | undefined
      /** A card_id, or `wallet`; the payer's sources are tried in their order unless said */
      source?: string | undefined
    }
    reply: {
      /** Your name of it */
      payment_id: string
      /** PROCESSING while a bank has not answered; REFUSED when the payer was shown why it is not possible */
      state: 'PAID' | 'PROCESSING' | 'CANCELLED' | 'REFUSED'
      /** The merchant number that has ordered; absent when no order was found */
      mchid?: string | undefined
      /** Its order number */
      out_trade_no?: string | undefined
      /** What the payer was shown */
      shown?: string | undefined
      /** Why, line by line */
      explanation?: Array<string> | undefined
      /** What the page or the app would be given; absent with `code_url` and `h5_url`, and while it is PROCESSING */
      client?: Record<string, unknown> | undefined
    }
  }

  /** What a payer did with orders, the newest first. */
  listPayments: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id: string
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Your name of it */
        payment_id: string
        /** PROCESSING while a bank has not answered; REFUSED when the payer was shown why it is not possible */
        state: 'PAID' | 'PROCESSING' | 'CANCELLED' | 'REFUSED'
        /** The merchant number that has ordered; absent when no order was found */
        mchid?: string | undefined
        /** Its order number */
        out_trade_no?: string | undefined
        /** What the payer was shown */
        shown?: string | undefined
        /** Why, line by line */
        explanation?: Array<string> | undefined
        /** When */
        create_time: string
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /**
   * Registers the domains of a merchant for H5 payments, in place of all others. They are those of the number that
   * orders. A page of another domain is shown 商家存在未配置的参数，请联系商家解决.
   */
  putH5Domains: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** From where payers may come to an h5_url, and where redirect_url may lead; empty for anywhere */
      domains: Array<string>
    }
    reply: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** From where payers may come to an h5_url, and where redirect_url may lead; empty for anywhere */
      domains: Array<string>
    }
  }

  /** The domains of a merchant for H5 payments. */
  getH5Domains: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
    }
    reply: AdminCalls['putH5Domains']['reply']
  }

  /** Plates that were opened or seen. */
  listPlates: {
    request: {
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id?: string | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Letters and digits, without separators */
        plate_number: string
        /** Colour of the plate */
        plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
        /** The payer: 1 to 64 characters, no spaces, no slashes */
        payer_id?: string | undefined
        /** OUT_SERVICE when nobody has opened it */
        service_state: 'NORMAL' | 'PAUSE' | 'OUT_SERVICE'
        /** When it was opened */
        service_open_time?: string | undefined
        /** Whether a stay can be charged now, and why not */
        usability: 'NORMAL' | 'OUT_SERVICE' | 'PAUSE' | 'OVERDUE' | 'EVALUATION_FAILED'
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A plate; one that nobody has opened is OUT_SERVICE. */
  getPlate: {
    request: {
      /** Letters and digits, without separators */
      plate_number: string
      /** Colour of the plate */
      plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
    }
    reply: {
      /** Letters and digits, without separators */
      plate_number: string
      /** Colour of the plate */
      plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id?: string | undefined
      /** OUT_SERVICE when nobody has opened it */
      service_state: 'NORMAL' | 'PAUSE' | 'OUT_SERVICE'
      /** When it was opened */
      service_open_time?: string | undefined
      /** Whether a stay can be charged now, and why not */
      usability: 'NORMAL' | 'OUT_SERVICE' | 'PAUSE' | 'OVERDUE' | 'EVALUATION_FAILED'
    }
  }

  /**
   * Opens a plate for a payer, pauses or resumes it. A plate that nobody has opened needs its `payer_id`. Without
   * `service_state` a plate that is paused stays so. The time of its opening is kept.
   */
  putPlate: {
    request: {
      /** Letters and digits, without separators */
      plate_number: string
      /** Colour of the plate */
      plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
      /** The payer: 1 to 64 characters, no spaces, no slashes */
      payer_id?: string | undefined
      /** What it shall be */
      service_state?: 'NORMAL' | 'PAUSE' | undefined
    }
    reply: AdminCalls['getPlate']['reply']
  }

  /** Removes a plate from its payer; anybody can open it anew. */
  deletePlate: {
    request: {
      /** Letters and digits, without separators */
      plate_number: string
      /** Colour of the plate */
      plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
    }
    reply: AdminCalls['getPlate']['reply']
  }

  /** Entries, the newest first. */
  listParkings: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /** The merchant's number; needs `mchid` */
      out_parking_no?: string | undefined
      /** Letters and digits, without separators */
      plate_number?: string | undefined
      /** Colour of the plate; needs `plate_number` */
      plate_color?: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN' | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Entry id (停车入场ID) */
        id: string
        /** Merchant number: 8 to 10 digits */
        mchid: string
        /** Empty in merchant mode */
        sub_mchid: string
        /** The merchant's number */
        out_parking_no: string
        /** Letters and digits, without separators */
        plate_number: string
        /** Colour of the plate */
        plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
        /** Car park */
        parking_name: string
        /** As it was sent */
        start_time: string
        /** Seconds */
        free_duration: number
        /** Where notices of its state go */
        notify_url: string
        /** When it was made */
        create_time: string
        /** How many notices of a change were sent */
        state_changes: number
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** An entry with what has become of it. */
  getParking: {
    request: {
      /** Entry id */
      id: string
    }
    reply: {
      /** Entry id (停车入场ID) */
      id: string
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** Empty in merchant mode */
      sub_mchid: string
      /** The merchant's number */
      out_parking_no: string
      /** Letters and digits, without separators */
      plate_number: string
      /** Colour of the plate */
      plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
      /** Car park */
      parking_name: string
      /** As it was sent */
      start_time: string
      /** Seconds */
      free_duration: number
      /** Where notices of its state go */
      notify_url: string
      /** When it was made */
      create_time: string
      /** How many notices of a change were sent */
      state_changes: number
      /** Whether it is its plate's newest, the only one that can be charged */
      is_latest: boolean
      /** Whether a stay with the plate can be charged now, and why not */
      plate_usability: 'NORMAL' | 'OUT_SERVICE' | 'PAUSE' | 'OVERDUE' | 'EVALUATION_FAILED'
      /** How it stands now, in the words of the notice: whether the stay can be charged */
      parking_state: 'NORMAL' | 'BLOCKED'
      /** Why it cannot; absent where the notice has no value for it, and none is sent */
      blocked_state_description?: 'PAUSE' | 'OVERDUE' | 'REMOVE' | undefined
      notices: Array<{
        /** Notice id */
        id: string
        /** Which sends it */
        product: string
        /** What it says */
        event_type: string
        /** Whether it was acknowledged, or sent as often as it is */
        state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
        /** How often it was sent */
        attempts: number
      }>
      charges: Array<{
        /** Merchant number: 8 to 10 digits */
        mchid: string
        /** Order number */
        out_trade_no: string
        /** State of the order */
        trade_state: 'ACCEPTED' | 'SUCCESS' | 'PAY_FAIL' | 'REFUND'
        /** Deductions that were tried */
        deduction_attempts: number
        /** When the next is tried */
        due_at?: string | undefined
      }>
    }
  }

  /** Refunds, the newest first. */
  listRefunds: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /** The merchant's order number */
      out_trade_no?: string | undefined
      /** State */
      status?: 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL' | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** Merchant number: 8 to 10 digits */
        mchid: string
        /** The merchant's refund number */
        out_refund_no: string
        /** WeChat Pay refund number */
        refund_id: string
        /** Empty in merchant mode */
        sub_mchid: string
        /** The merchant's order number */
        out_trade_no: string
        /** The order's WeChat Pay number */
        transaction_id: string
        /** State */
        status: 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL'
        /** Where the money went or is going: ORIGINAL, BALANCE, OTHER_BALANCE, OTHER_BANKCARD */
        channel: string
        /** The same in words, as the merchant reads it */
        user_received_account: string
        /** Asked for, in fen */
        refund: number
        /** What the payer gets, in fen */
        payer_refund: number
        /** The part of the coupons, in fen */
        discount_refund: number
        /** What the merchant gives, the fee that comes back to it included, in fen */
        settlement_refund: number
        /** The part of the fee that comes back, in fen */
        refund_fee: number
        /** The merchant's account that has paid; empty while it waits for money */
        funds_account: string
        /** When it was accepted */
        create_time: string
        /** When it arrived */
        success_time?: string | undefined
        /** When it could not be paid out */
        abnormal_time?: string | undefined
        /** When it was given up */
        closed_time?: string | undefined
        /** When something is done for it next */
        due_at?: string | undefined
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }

  /** A refund with its money and its notices. */
  getRefund: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The merchant's refund number */
      out_refund_no: string
    }
    reply: {
      /** Merchant number: 8 to 10 digits */
      mchid: string
      /** The merchant's refund number */
      out_refund_no: string
      /** WeChat Pay refund number */
      refund_id: string
      /** Empty in merchant mode */
      sub_mchid: string
      /** The merchant's order number */
      out_trade_no: string
      /** The order's WeChat Pay number */
      transaction_id: string
      /** State */
      status: 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL'
      /** Where the money went or is going: ORIGINAL, BALANCE, OTHER_BALANCE, OTHER_BANKCARD */
      channel: string
      /** The same in words, as the merchant reads it */
      user_received_account: string
      /** Asked for, in fen */
      refund: number
      /** What the payer gets, in fen */
      payer_refund: number
      /** The part of the coupons, in fen */
      discount_refund: number
      /** What the merchant gives, the fee that comes back to it included, in fen */
      settlement_refund: number
      /** The part of the fee that comes back, in fen */
      refund_fee: number
      /** The merchant's account that has paid; empty while it waits for money */
      funds_account: string
      /** When it was accepted */
      create_time: string
      /** When it arrived */
      success_time?: string | undefined
      /** When it could not be paid out */
      abnormal_time?: string | undefined
      /** When it was given up */
      closed_time?: string | undefined
      /** When something is done for it next */
      due_at?: string | undefined
      /** As the user reads it; empty when it was not sent */
      reason: string
      /** Where notices of it go; empty when there are none */
      notify_url: string
      /** Where the payer's part goes: wallet, advance, card/<card_id>, user_bank_card, merchant_bank_card */
      destination: string
      /** How often a bank gave no clear answer */
      unanswered: number
      /** amount.from as it was sent */
      amount_from?: unknown | undefined
      /** As it was sent */
      goods_detail?: unknown | undefined
      /** What goes back of each coupon */
      promotion_detail?: unknown | undefined
      /** Under which the ledger has it: that of its order */
      subject: string
      transfers: Array<{
        /** What the money moved for */
        subject: string
        /** Its name within the subject */
        entry: string
        /** Why it moved */
        kind: string
        /** From */
        debit_account: string
        /** To */
        credit_account: string
        /** Moved, in fen */
        amount: number
        /** PENDING is promised, VOIDED was taken back */
        state: 'PENDING' | 'POSTED' | 'VOIDED'
        /** Of the last change of its state */
        business_time: string
      }>
      notices: Array<{
        /** Notice id */
        id: string
        /** Which sends it */
        product: string
        /** What it says */
        event_type: string
        /** Whether it was acknowledged, or sent as often as it is */
        state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
        /** How often it was sent */
        attempts: number
      }>
    }
  }

  /** Bills that were made, the newest first. A bill is made when it is first applied for, and stays as it is. */
  listBills: {
    request: {
      /** Merchant number: 8 to 10 digits */
      mchid?: string | undefined
      /** The day, in Beijing time, such as 2026-06-01 */
      bill_date?: string | undefined
      /** `next` of the page before */
      after?: string | undefined
      /** Entries at most; 50 unless said */
      limit?: number | undefined
    }
    reply: {
      data: Array<{
        /** By which the store has it */
        bill_id: string
        /** Merchant number: 8 to 10 digits */
        mchid: string
        /** One sub-merchant of the provider; empty for all */
        sub_mchid: string
        /** The day */
        bill_date: string
        /** Orders and refunds, or the flows of an account */
        kind: 'TRADE' | 'FUND_FLOW'
        /** ALL, SUCCESS or REFUND; of fund flows BASIC, OPERATION or FEES */
        type: string
        /** Detail rows; without any there is no file */
        row_count: number
        /** Bytes of the file */
        byte_length: number
        /** Bytes of the file when it is compressed */
        gzip_length: number
        /** Of the file, hexadecimal */
        sha1: string
        /** When it was made */
        made_time: string
      }>
      /** Give this as `after` for the next page; absent at the end */
      next?: string | undefined
    }
  }
}

/** Where each call is. */
export const ADMIN_CALLS: Readonly<
  Record<keyof AdminCalls, { method: 'GET' | 'PUT' | 'DELETE'; path: string }>
> = {
  listMerchants: { method: 'GET', path: '/admin/v1/merchants' },
  getMerchant: { method: 'GET', path: '/admin/v1/merchants/{mchid}' },
  putMerchant: { method: 'PUT', path: '/admin/v1/merchants/{mchid}' },
  putMerchantApp: { method: 'PUT', path: '/admin/v1/merchants/{mchid}/apps/{appid}' },
  deleteMerchantApp: { method: 'DELETE', path: '/admin/v1/merchants/{mchid}/apps/{appid}' },
  putSubMerchant: { method: 'PUT', path: '/admin/v1/merchants/{mchid}/sub-merchants/{sub_mchid}' },
  deleteSubMerchant: { method: 'DELETE', path: '/admin/v1/merchants/{mchid}/sub-merchants/{sub_mchid}' },
  putMerchantCertificate: {
    method: 'PUT',
    path: '/admin/v1/merchants/{mchid}/certificates/{certificate_id}',
  },
  listPlatformCertificates: { method: 'GET', path: '/admin/v1/platform-certificates' },
  putPlatformCertificate: { method: 'PUT', path: '/admin/v1/platform-certificates/{serial_no}' },
  putMerchantTopUp: { method: 'PUT', path: '/admin/v1/merchants/{mchid}/top-ups/{top_up_id}' },
  getMerchantTopUp: { method: 'GET', path: '/admin/v1/merchants/{mchid}/top-ups/{top_up_id}' },
  putMerchantWithdrawal: { method: 'PUT', path: '/admin/v1/merchants/{mchid}/withdrawals/{withdrawal_id}' },
  getMerchantWithdrawal: { method: 'GET', path: '/admin/v1/merchants/{mchid}/withdrawals/{withdrawal_id}' },
  listPayers: { method: 'GET', path: '/admin/v1/payers' },
  getPayer: { method: 'GET', path: '/admin/v1/payers/{payer_id}' },
  putPayer: { method: 'PUT', path: '/admin/v1/payers/{payer_id}' },
  listOpenids: { method: 'GET', path: '/admin/v1/payers/{payer_id}/openids' },
  putOpenid: { method: 'PUT', path: '/admin/v1/payers/{payer_id}/openids/{appid}' },
  putTopUp: { method: 'PUT', path: '/admin/v1/payers/{payer_id}/top-ups/{top_up_id}' },
  getTopUp: { method: 'GET', path: '/admin/v1/payers/{payer_id}/top-ups/{top_up_id}' },
  putWithdrawal: { method: 'PUT', path: '/admin/v1/payers/{payer_id}/withdrawals/{withdrawal_id}' },
  getWithdrawal: { method: 'GET', path: '/admin/v1/payers/{payer_id}/withdrawals/{withdrawal_id}' },
  listAdvances: { method: 'GET', path: '/admin/v1/payers/{payer_id}/advances' },
  putRepayment: { method: 'PUT', path: '/admin/v1/payers/{payer_id}/repayments/{repayment_id}' },
  getRepayment: { method: 'GET', path: '/admin/v1/payers/{payer_id}/repayments/{repayment_id}' },
  listCards: { method: 'GET', path: '/admin/v1/payers/{payer_id}/cards' },
  putCard: { method: 'PUT', path: '/admin/v1/payers/{payer_id}/cards/{card_id}' },
  deleteCard: { method: 'DELETE', path: '/admin/v1/payers/{payer_id}/cards/{card_id}' },
  listCouponStocks: { method: 'GET', path: '/admin/v1/coupon-stocks' },
  getCouponStock: { method: 'GET', path: '/admin/v1/coupon-stocks/{stock_id}' },
  putCouponStock: { method: 'PUT', path: '/admin/v1/coupon-stocks/{stock_id}' },
  putCoupon: { method: 'PUT', path: '/admin/v1/coupon-stocks/{stock_id}/coupons/{coupon_id}' },
  deleteCoupon: { method: 'DELETE', path: '/admin/v1/coupon-stocks/{stock_id}/coupons/{coupon_id}' },
  getCoupon: { method: 'GET', path: '/admin/v1/coupon-stocks/{stock_id}/coupons/{coupon_id}' },
  listCoupons: { method: 'GET', path: '/admin/v1/coupons' },
  listOrders: { method: 'GET', path: '/admin/v1/orders' },
  getOrder: { method: 'GET', path: '/admin/v1/orders/{mchid}/{out_trade_no}' },
  releaseOrder: { method: 'PUT', path: '/admin/v1/orders/{mchid}/{out_trade_no}/release' },
  listNotices: { method: 'GET', path: '/admin/v1/notices' },
  getNotice: { method: 'GET', path: '/admin/v1/notices/{id}' },
  putNotice: { method: 'PUT', path: '/admin/v1/notices/{id}' },
  replayNotice: { method: 'PUT', path: '/admin/v1/notices/{id}/replays/{replay_id}' },
  listFaults: { method: 'GET', path: '/admin/v1/faults' },
  getFault: { method: 'GET', path: '/admin/v1/faults/{fault_id}' },
  putFault: { method: 'PUT', path: '/admin/v1/faults/{fault_id}' },
  deleteFault: { method: 'DELETE', path: '/admin/v1/faults/{fault_id}' },
  listCalls: { method: 'GET', path: '/admin/v1/calls' },
  getCall: { method: 'GET', path: '/admin/v1/calls/{request_id}' },
  listRefusedSignatures: { method: 'GET', path: '/admin/v1/refused-signatures' },
  getRefusedSignature: { method: 'GET', path: '/admin/v1/refused-signatures/{request_id}' },
  getClock: { method: 'GET', path: '/admin/v1/clock' },
  putClock: { method: 'PUT', path: '/admin/v1/clock' },
  putClockMove: { method: 'PUT', path: '/admin/v1/clock/moves/{move_id}' },
  getClockMove: { method: 'GET', path: '/admin/v1/clock/moves/{move_id}' },
  putDueWork: { method: 'PUT', path: '/admin/v1/due-work' },
  getNode: { method: 'GET', path: '/admin/v1/node' },
  listLedgerAccounts: { method: 'GET', path: '/admin/v1/ledger/accounts' },
  getLedgerAccount: { method: 'GET', path: '/admin/v1/ledger/accounts/{account}' },
  listLedgerTransfers: { method: 'GET', path: '/admin/v1/ledger/transfers' },
  auditLedger: { method: 'GET', path: '/admin/v1/ledger/audit' },
  listReminders: { method: 'GET', path: '/admin/v1/reminders' },
  getReminder: { method: 'GET', path: '/admin/v1/reminders/{reminder_id}' },
  putReminder: { method: 'PUT', path: '/admin/v1/reminders/{reminder_id}' },
  deleteReminder: { method: 'DELETE', path: '/admin/v1/reminders/{reminder_id}' },
  listSnapshots: { method: 'GET', path: '/admin/v1/sandbox/snapshots' },
  getSnapshot: { method: 'GET', path: '/admin/v1/sandbox/snapshots/{name}' },
  putSnapshot: { method: 'PUT', path: '/admin/v1/sandbox/snapshots/{name}' },
  deleteSnapshot: { method: 'DELETE', path: '/admin/v1/sandbox/snapshots/{name}' },
  putRestoration: { method: 'PUT', path: '/admin/v1/sandbox/snapshots/{name}/restorations/{restoration_id}' },
  putReset: { method: 'PUT', path: '/admin/v1/sandbox/resets/{reset_id}' },
  getOpenApi: { method: 'GET', path: '/admin/v1/openapi.json' },
  putPayment: { method: 'PUT', path: '/admin/v1/payers/{payer_id}/payments/{payment_id}' },
  listPayments: { method: 'GET', path: '/admin/v1/payers/{payer_id}/payments' },
  putH5Domains: { method: 'PUT', path: '/admin/v1/merchants/{mchid}/h5-domains' },
  getH5Domains: { method: 'GET', path: '/admin/v1/merchants/{mchid}/h5-domains' },
  listPlates: { method: 'GET', path: '/admin/v1/plates' },
  getPlate: { method: 'GET', path: '/admin/v1/plates/{plate_number}/{plate_color}' },
  putPlate: { method: 'PUT', path: '/admin/v1/plates/{plate_number}/{plate_color}' },
  deletePlate: { method: 'DELETE', path: '/admin/v1/plates/{plate_number}/{plate_color}' },
  listParkings: { method: 'GET', path: '/admin/v1/parkings' },
  getParking: { method: 'GET', path: '/admin/v1/parkings/{id}' },
  listRefunds: { method: 'GET', path: '/admin/v1/refunds' },
  getRefund: { method: 'GET', path: '/admin/v1/merchants/{mchid}/refunds/{out_refund_no}' },
  listBills: { method: 'GET', path: '/admin/v1/bills' },
}
