import type { CauseEntry } from './causes.ts'

const OWN_SERIAL =
  'Give the serial number of the merchant API certificate whose private key signs: `openssl x509 -in apiclient_cert.pem -noout -serial`.'
const PKCS1 =
  'Sign with SHA256withRSA (RSASSA-PKCS1-v1_5): `RSA-SHA256` in Node, `SHA256withRSA` in Java, `OPENSSL_ALGO_SHA256` in PHP.'
const BASE64 =
  'Write the signature in standard Base64 on one line, with + and / and =, and do not encode or decode it again.'

/** What is wrong with the signature itself, and with the key that has made it. */
export const SIGNING_CAUSES = {
  'The text of the signature': {
    signature_base64url: {
      says: 'The signature is in Base64 for URLs, with - and _ for + and /.',
      whatToDo: BASE64,
    },
    signature_hex: { says: 'The signature is in hexadecimal digits.', whatToDo: BASE64 },
    signature_url_encoded: { says: 'The signature was percent-encoded.', whatToDo: BASE64 },
    signature_escaped: {
      says: 'Characters of the signature were escaped for JSON or HTML, as in \\u003d, \\/ or &#43;.',
      whatToDo: `${BASE64} A header is no JSON and no HTML.`,
    },
    signature_object_as_text: {
      says: 'The signature is what a language writes for an object or for bytes, such as [object Promise], [B@1b6d3586, System.Byte[] or b’…’.',
      whatToDo:
        'Wait for the promise, turn the bytes of the signature into Base64, and Base64 that is bytes into a text, in Python by `.decode()`.',
    },
    digest_as_signature: {
      says: 'The signature is a bare digest or an HMAC; no private key has signed.',
      whatToDo: `${PKCS1} The key is apiclient_key.pem; the APIv3 key signs nothing.`,
    },
    signature_blanks: {
      says: 'The signature has blanks where Base64 has + or where its lines were broken.',
      whatToDo: `${BASE64} Blanks for + come from a URL decoding, others from a Base64 with line breaks.`,
    },
    signature_encoded_twice: { says: 'The signature was put into Base64 twice.', whatToDo: BASE64 },
    signature_not_base64: { says: 'The signature is no Base64.', whatToDo: BASE64 },
    signature_length: {
      says: 'The signature has another length than the key: it was cut, lacks the zeros that it begins with, or was made by a key of another size.',
      whatToDo:
        'Send all of it, 344 characters for a key of 2048 bits, and sign by the key of the named certificate.',
    },
  },
  'The key, and how it has signed': {
    digest_algorithm: { says: 'Another digest than SHA-256 was signed.', whatToDo: PKCS1 },
    padding_pss: { says: 'The signature has PSS padding.', whatToDo: PKCS1 },
    digest_missing: {
      says: 'Data was encrypted with the private key, and no signature was made.',
      whatToDo: `${PKCS1} An encryption with the private key lacks what a signature says of its digest.`,
    },
    hashed_twice: {
      says: 'The digest of the message was signed in place of the message, so that it was hashed twice.',
      whatToDo: 'Give the message itself to a function that hashes and signs.',
    },
    sm2_user_id: {
      says: 'The SM2 signature was made without a user id.',
      whatToDo:
        'Sign with the user id 1234567812345678: OpenSSL takes it by `-sigopt distid:1234567812345678`, and Node’s own crypto cannot.',
    },
    sm2_not_asn1: {
      says: 'The SM2 signature is two bare numbers and not in ASN.1.',
      whatToDo: 'Write both numbers as an ASN.1 sequence of two integers, then in Base64.',
    },
    key_of_other_certificate: {
      says: 'The signature was made by the key of another certificate of this merchant.',
      whatToDo: OWN_SERIAL,
    },
    key_of_other_merchant: {
      says: 'The signature was made by the key of another merchant.',
      whatToDo: 'Let `mchid`, `serial_no` and the private key be of one merchant.',
    },
    key_of_platform: {
      says: 'The signature was made by a key of the platform.',
      whatToDo: 'Sign with `apiclient_key.pem`, the private key of the merchant API certificate.',
    },
    key_unknown: {
      says: 'The signature was made by a key that nobody here has a certificate of, or is no signature.',
      whatToDo:
        'Check that the private key belongs to the certificate: both have the same modulus (`openssl rsa -modulus`, `openssl x509 -modulus`). Keys of another environment, or of a data folder that was made anew since, are not known here.',
    },
  },
} as const satisfies Record<string, Record<string, CauseEntry>>
