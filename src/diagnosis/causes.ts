/** Why a signature is refused: what has happened, and what its caller should change. */
export interface CauseEntry {
  /** A whole sentence. */
  says: string
  whatToDo: string
}

const AS_SENT =
  'Sign path and query exactly as they go over the wire: build the URL first, then sign it and send it.'
const SAME_BYTES =
  'Make the JSON once, sign that text and send the same bytes; never give the HTTP library the object.'
const FIVE_LINES =
  'Sign five lines, each ended by one LF (0x0A), the last one too: method, path with query, timestamp, nonce, body.'
const UTF8 = 'Turn the message into bytes by UTF-8 before it is signed, without a byte order mark.'
const OWN_SERIAL =
  'Give the serial number of the merchant API certificate whose private key signs: `openssl x509 -in apiclient_cert.pem -noout -serial`.'
const PKCS1 =
  'Sign with SHA256withRSA (RSASSA-PKCS1-v1_5): `RSA-SHA256` in Node, `SHA256withRSA` in Java, `OPENSSL_ALGO_SHA256` in PHP.'
const BASE64 =
  'Write the signature in standard Base64 on one line, with + and / and =, and do not encode or decode it again.'

/** Every cause that a refused signature is explained by, in the order in which a request is checked. */
export const CAUSES = {
  // The header.
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
    says: 'The timestamp is not in seconds.',
    whatToDo: 'Give whole seconds since 1970, ten digits, in the header and in the signed message.',
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

  // The clock.
  clock_off: {
    says: 'The clock of the caller is off by more than five minutes.',
    whatToDo:
      'Set the machine’s clock by NTP, and make the timestamp when the request is sent, also when it is sent again.',
  },
  clock_timezone: {
    says: 'The clock of the caller is off by a time zone: local time was taken for UTC or the other way round.',
    whatToDo:
      'Take the seconds since 1970 from the system, which know no time zone, not from a date without one.',
  },

  // Who calls.
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
    says: 'The serial number is right but is not written in hexadecimal digits alone.',
    whatToDo:
      'Write it as forty hexadecimal digits, without colons, blanks or 0x, and not as a decimal number.',
  },
  serial_unknown: {
    says: 'Nobody has a certificate of this serial number.',
    whatToDo: OWN_SERIAL,
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

  // The text of the signature.
  signature_base64url: {
    says: 'The signature is in Base64 for URLs, with - and _ for + and /.',
    whatToDo: BASE64,
  },
  signature_hex: { says: 'The signature is in hexadecimal digits.', whatToDo: BASE64 },
  signature_url_encoded: { says: 'The signature was percent-encoded.', whatToDo: BASE64 },
  signature_blanks: {
    says: 'The signature has blanks where Base64 has + or where its lines were broken.',
    whatToDo: `${BASE64} Blanks for + come from a URL decoding, others from a Base64 with line breaks.`,
  },
  signature_encoded_twice: { says: 'The signature was put into Base64 twice.', whatToDo: BASE64 },
  signature_not_base64: { says: 'The signature is no Base64.', whatToDo: BASE64 },
  signature_length: {
    says: 'The signature has another length than the key: it was cut, or made by a key of another size.',
    whatToDo:
      'Send all of it, 344 characters for a key of 2048 bits, and sign by the key of the named certificate.',
  },

  // How it was signed.
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
      'Check that the private key belongs to the certificate: both have the same modulus (`openssl rsa -modulus`, `openssl x509 -modulus`).',
  },

  // The message: its form.
  last_line_feed: {
    says: 'The message was signed without the line feeds at its end, the last one or all.',
    whatToDo: `${FIVE_LINES} Without a body it ends in two of them. In a shell $(…) takes all of them away: pipe the message into openssl.`,
  },
  carriage_returns: { says: 'Lines were ended by CR LF.', whatToDo: FIVE_LINES },
  escaped_line_feeds: {
    says: 'Lines were ended by a backslash and an n, and not by a line feed.',
    whatToDo: `${FIVE_LINES} Between single quotes many languages take \\n for two characters.`,
  },
  line_feeds_missing: {
    says: 'The parts of the message were signed without line feeds.',
    whatToDo: FIVE_LINES,
  },
  line_order: { says: 'The lines of the message were signed in another order.', whatToDo: FIVE_LINES },
  line_missing: { says: 'A line of the message was not signed.', whatToDo: FIVE_LINES },
  byte_order_mark: { says: 'The message was signed with a byte order mark in front.', whatToDo: UTF8 },
  charset: { says: 'The message was signed in another character encoding than UTF-8.', whatToDo: UTF8 },

  // The message: method, time and nonce.
  method_case: {
    says: 'The method was signed in lower case.',
    whatToDo: 'Sign the method in capitals, as HTTP has it.',
  },
  method_other: {
    says: 'Another method was signed than the request has.',
    whatToDo: 'Sign the method that is sent; look for a redirect that has changed it.',
  },
  timestamp_differs: {
    says: 'Another timestamp was signed than the header has.',
    whatToDo: 'Take the time once, and use it in the message and in the header.',
  },
  nonce_differs: {
    says: 'Another nonce was signed than the header has.',
    whatToDo: 'Make the nonce once, and use it letter by letter in the message and in the header.',
  },

  // The message: path and query.
  host_signed: {
    says: 'The URL was signed with its scheme or host.',
    whatToDo: 'Sign the path and the query alone, from the / behind the host.',
  },
  path_prefix_signed: {
    says: 'The path was signed with a prefix that a gateway takes away.',
    whatToDo: 'Sign the path as the platform gets it, which begins with /v3/.',
  },
  path_prefix_missing: {
    says: 'The path was signed without its beginning.',
    whatToDo: 'Sign the whole path, from the / behind the host on.',
  },
  path_slash: {
    says: 'The path was signed with a slash more or less.',
    whatToDo: AS_SENT,
  },
  path_template: {
    says: 'The path was signed with the name of a field in place of its value.',
    whatToDo: 'Put the values into the path before it is signed.',
  },
  path_decoded: { says: 'The path was signed before it was percent-encoded.', whatToDo: AS_SENT },
  chinese_not_encoded: {
    says: 'Chinese characters of the URL were signed as they are, and sent percent-encoded.',
    whatToDo: AS_SENT,
  },
  query_empty: {
    says: 'A question mark was signed behind a path that was sent without one, or the other way round.',
    whatToDo: AS_SENT,
  },
  query_left_out: { says: 'The query was not signed.', whatToDo: AS_SENT },
  query_decoded: { says: 'The query was signed before it was percent-encoded.', whatToDo: AS_SENT },
  query_reordered: {
    says: 'The parameters of the query were signed in another order than they were sent.',
    whatToDo: `${AS_SENT} APIv3 sorts nothing.`,
  },
  query_plus: {
    says: 'Blanks of the query were signed as + and sent as %20, or the other way round.',
    whatToDo: AS_SENT,
  },
  escape_case: {
    says: 'Percent escapes were signed in another case than they were sent.',
    whatToDo: AS_SENT,
  },
  escaped_otherwise: {
    says: 'Other characters of the URL were percent-encoded in the signed text than in the sent one.',
    whatToDo: AS_SENT,
  },
  escaped_twice: {
    says: 'The URL was percent-encoded twice, in the signed text or in the sent one.',
    whatToDo: AS_SENT,
  },

  // The message: the body.
  body_left_out: {
    says: 'The body was not signed.',
    whatToDo: 'Sign the body, byte for byte as it is sent.',
  },
  body_of_get: {
    says: 'A body was signed for a request that has none.',
    whatToDo: 'Leave the fifth line empty; the line feed behind it stays.',
  },
  empty_body_as_text: {
    says: 'An empty body was signed as a text such as {} or null.',
    whatToDo: 'Leave the fifth line empty when there is no body; the line feed behind it stays.',
  },
  body_object_as_text: {
    says: 'The body was signed as [object Object], which is what JavaScript makes of an object that is joined to a text.',
    whatToDo: SAME_BYTES,
  },
  body_form_encoded: {
    says: 'The fields of the JSON were signed as a form, as in a=1&b=2.',
    whatToDo: SAME_BYTES,
  },
  body_line_feed: {
    says: 'The body was signed with a line feed at its end that was not sent, or the other way round.',
    whatToDo: SAME_BYTES,
  },
  body_spacing: {
    says: 'The JSON was signed with other blanks than it was sent with.',
    whatToDo: SAME_BYTES,
  },
  body_key_order: {
    says: 'The fields of the JSON were signed in another order than they were sent in.',
    whatToDo: SAME_BYTES,
  },
  body_unicode_escapes: {
    says: 'Characters of the JSON were signed as \\uXXXX and sent as they are, or the other way round.',
    whatToDo: SAME_BYTES,
  },
  body_slash_escapes: {
    says: 'Slashes of the JSON were signed as \\/ and sent as /, or the other way round.',
    whatToDo: SAME_BYTES,
  },
  body_rewritten: {
    says: 'The JSON was written again: the same content was signed in another spelling.',
    whatToDo: SAME_BYTES,
  },
  body_byte_order_mark: {
    says: 'The body was sent with a byte order mark that was not signed.',
    whatToDo: SAME_BYTES,
  },
  body_charset: {
    says: 'The body was sent in another character encoding than it was signed in.',
    whatToDo: `${UTF8} Send the same bytes.`,
  },

  key_or_message_unknown: {
    says: 'Nothing that is known to go wrong fits, and an SM2 signature does not tell whether its key or its message is another.',
    whatToDo:
      'Check that the private key belongs to the certificate; then print the bytes that you sign and compare them with the expected message. The user id of SM2 is 1234567812345678, the signature in ASN.1.',
  },
  other_message: {
    says: 'The key is right, but something else was signed than came, and nothing that is known to go wrong fits.',
    whatToDo:
      'Look first for a nonce or timestamp that is made twice, once for the signature and once for the header. Then print the bytes that you sign and compare them with the expected message; a proxy may also have changed the request.',
  },
} as const satisfies Record<string, CauseEntry>

export type Cause = keyof typeof CAUSES
