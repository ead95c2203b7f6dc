import { general } from '../../protocol/general-errors.ts'

const CHECK_KEYS =
  'Do not repeat. Check this machine’s clock (five minutes), that serial_no is that of the certificate of privateKey, ' +
  'and that both belong to mchid. A Boomgate sandbox explains it: `boomgate explain` with the requestId.'

const NEW_CERTIFICATE =
  'Do not repeat. Apply for a new merchant API certificate on the merchant platform (API 安全), and set serial_no and ' +
  'privateKey to those of the new one.'

/** What is wrong where the platform says it, by the errors whose texts are known. */
const ADVICE: Partial<Record<keyof typeof general, string>> = {
  AUTHORIZATION_SCHEME:
    'Do not repeat. With suite: shangmi, 国密 is not enabled for this merchant: apply for it on the merchant platform, or ' +
    'leave suite out and give the RSA key and its serial_no. Without suite, look for what changes the Authorization ' +
    'header on its way.',
  TIMESTAMP_SKEW:
    'Set this machine’s clock, by NTP for instance: it is more than five minutes off. Keys have not been looked at yet.',
  SERIAL_UNKNOWN:
    'Do not repeat. serial_no is none of this merchant’s certificates: give that of the certificate of privateKey ' +
    '(`openssl x509 -in apiclient_cert.pem -noout -serial`), not a platform certificate’s or a public key’s id.',
  CERTIFICATE_EXPIRED: `${NEW_CERTIFICATE} The one of serial_no has expired.`,
  CERTIFICATE_REVOKED: `${NEW_CERTIFICATE} The one of serial_no was revoked, perhaps because its key had leaked.`,
  CERTIFICATE_REPLACED:
    'Do not repeat. Another certificate has taken the place of the one of serial_no: set serial_no and privateKey to those ' +
    'of the new one, wherever this program runs.',
  CERTIFICATE_NEVER_ISSUED:
    'Do not repeat. This merchant has no API certificate yet: apply for one on the merchant platform (API 安全), and check ' +
    'that mchid is the right merchant.',
}

/** In all languages. Without the mark at the end, which is the first thing that changes in a text. */
const KNOWN_TEXTS = Object.entries(ADVICE).flatMap(([name, advice]) => {
  const { zh, hant, en } = general[name as keyof typeof general]
  return [zh, hant, en].map(text => ({ text: text.replace(/[。.]$/, ''), advice }))
})

/**
 * What to do about a signature that the platform has refused. Its code is the same for all reasons, so the text is looked
 * at, only for this advice: a text that is not known gets the general one.
 */
export function refusedSignatureAdvice(message: string): string {
  return KNOWN_TEXTS.find(({ text }) => message.includes(text))?.advice ?? CHECK_KEYS
}
