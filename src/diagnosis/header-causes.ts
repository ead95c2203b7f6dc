import type { CauseEntry } from './causes.ts'

const OWN_SERIAL =
  'Give the serial number of the merchant API certificate whose private key signs: `openssl x509 -in apiclient_cert.pem -noout -serial`.'

/** What is wrong with the header, before anybody looks at the signature. */
export const HEADER_CAUSES = {
  'The header': {
    authorization_missing: {
      says: 'There is no Authorization header.',
      whatToDo: 'Sign the request and send the header; look for a proxy or a redirect that takes it away.',
    },
    authorization_malformed: {
      says: 'The Authorization header does not have its form.',
      whatToDo:
        'Write `WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",signature="…",timestamp="…",serial_no="…"`: five pairs, each once, in straight quotes.',
    },
    timestamp_unit: {
      says: 'The timestamp is not in whole seconds since 1970.',
      whatToDo:
        'Give whole seconds since 1970, ten digits, in the header and in the signed message: no milliseconds, no fraction, no date.',
    },
    apiv2_style: {
      says: 'The request is signed as APIv2 does it, with the API key.',
      whatToDo:
        'Sign by the merchant’s private key into the Authorization header; APIv3 has no `sign` parameter and no XML.',
    },
    scheme_foreign: {
      says: 'The type in front of the Authorization header is not the one of this API.',
      whatToDo: 'Begin the header with `WECHATPAY2-SHA256-RSA2048` and one space, in capitals.',
    },
    shangmi_not_enabled: {
      says: 'The merchant has not applied for 国密, the Chinese algorithms, and has signed by them.',
      whatToDo:
        'Sign by RSA and begin the header with `WECHATPAY2-SHA256-RSA2048`, or apply for 国密: here the administration sets `shangmi` of the merchant.',
    },
  },
  'The clock': {
    clock_off: {
      says: 'The clock of the caller is off by more than five minutes.',
      whatToDo:
        'Set the machine’s clock by NTP, and make the timestamp when the request is sent, also when it is sent again.',
    },
    clock_timezone: {
      says: 'The clock of the caller is off by whole or half hours, as it is when local time is taken for UTC or the other way round.',
      whatToDo:
        'Take the seconds since 1970 from the system, which know no time zone, not from a date without one. A request that is sent again hours later needs a timestamp of its own.',
    },
  },
  'Who calls': {
    merchant_unknown: {
      says: 'There is no such merchant number here.',
      whatToDo: 'Check `mchid` in the header, and that keys and base URL are of the same platform.',
    },
    sub_merchant_called: {
      says: 'The merchant number is that of a sub-merchant, which signs nothing.',
      whatToDo:
        'Give the provider’s own number as `mchid` of the header, and the sub-merchant as `sub_mchid` of the request.',
    },
    certificate_never_issued: {
      says: 'The merchant has never had a certificate.',
      whatToDo: 'Apply for a merchant API certificate, and use it with its private key and serial number.',
    },
    serial_of_platform: {
      says: 'The serial number is that of a platform certificate.',
      whatToDo: OWN_SERIAL,
    },
    public_key_id_as_serial: {
      says: 'The serial number is the id of the WeChat Pay public key.',
      whatToDo: `${OWN_SERIAL} The key id belongs into the header Wechatpay-Serial.`,
    },
    serial_of_other_merchant: {
      says: 'The serial number is that of another merchant’s certificate.',
      whatToDo: 'Let `mchid`, `serial_no` and the private key be of one merchant.',
    },
    serial_spelling: {
      says: 'The serial number is right but is not written in hexadecimal digits only.',
      whatToDo:
        'Write it as forty hexadecimal digits, without colons, blanks or 0x, and not as a decimal number.',
    },
    serial_unknown: {
      says: 'Nobody has a certificate of this serial number.',
      whatToDo: `${OWN_SERIAL} Keys of another environment, or of a data folder that was made anew since, are not known here.`,
    },
    scheme_of_other_key: {
      says: 'The certificate is not of the kind that the type of the header names: RSA and SM2 have types of their own.',
      whatToDo:
        'Write `WECHATPAY2-SHA256-RSA2048` with an RSA certificate and `WECHATPAY2-SM2-WITH-SM3` with an SM2 certificate.',
    },
    certificate_revoked: {
      says: 'The certificate was revoked.',
      whatToDo: 'Use another certificate of this merchant with its private key.',
    },
    certificate_replaced: {
      says: 'Another certificate has taken the place of this one.',
      whatToDo: 'Use the newer certificate with its private key, and its serial number.',
    },
    certificate_expired: {
      says: 'The certificate has expired.',
      whatToDo: 'Apply for a new certificate and use it with its private key and serial number.',
    },
  },
} as const satisfies Record<string, Record<string, CauseEntry>>
