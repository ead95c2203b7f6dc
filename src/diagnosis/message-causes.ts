import type { CauseEntry } from './causes.ts'

const AS_SENT =
  'Sign path and query exactly as they go over the wire: build the URL first, then sign it and send it.'
const SAME_BYTES =
  'Make the JSON once, sign that text and send the same bytes; never give the HTTP library the object.'
const FIVE_LINES =
  'Sign five lines, each ended by one LF (0x0A), the last one too: method, path with query, timestamp, nonce, body.'
const UTF8 = 'Turn the message into bytes by UTF-8 before it is signed, without a byte order mark.'

/** What is wrong with the message that was signed. */
export const MESSAGE_CAUSES = {
  'The form of the message': {
    last_line_feed: {
      says: 'The message was signed without the line feeds at its end, the last one or all.',
      whatToDo: `${FIVE_LINES} Without a body it ends in two of them. In a shell $(…) takes all of them away: pipe the message into openssl.`,
    },
    carriage_returns: { says: 'Lines were ended by CR LF or CR.', whatToDo: FIVE_LINES },
    escaped_line_feeds: {
      says: 'Lines were ended by a backslash and an n, and not by a line feed.',
      whatToDo: `${FIVE_LINES} Between single quotes many languages take \\n for two characters.`,
    },
    line_feeds_missing: {
      says: 'The parts of the message were signed without line feeds, or with something else in their place.',
      whatToDo: FIVE_LINES,
    },
    line_order: { says: 'The lines of the message were signed in another order.', whatToDo: FIVE_LINES },
    line_missing: {
      says: 'Not all lines of the message were signed.',
      whatToDo: FIVE_LINES,
    },
    line_blanks: {
      says: 'Blanks, line feeds or what a shell adds were signed beside what belongs on the lines.',
      whatToDo: `${FIVE_LINES} Nothing stands in front of a line: mind the indentation of a text over several lines, the line feed behind what a command prints, and the -e of an echo that does not know it.`,
    },
    line_undefined: {
      says: 'A line was signed empty, or as undefined, null or None: a variable had no value.',
      whatToDo: 'Print the message before you sign it, and look where that line comes from.',
    },
    message_of_reply: {
      says: 'The message of a reply or a notice was signed, which has three lines.',
      whatToDo: `${FIVE_LINES} Three lines, timestamp, nonce and body, are what the platform signs.`,
    },
    byte_order_mark: { says: 'The message was signed with a byte order mark in front.', whatToDo: UTF8 },
    charset: { says: 'The message was signed in another character encoding than UTF-8.', whatToDo: UTF8 },
  },
  'Method, time and nonce': {
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
      whatToDo:
        'Take the time once for each request, and use it in the message and in the header; do not call the clock again for the header.',
    },
    nonce_differs: {
      says: 'Another nonce was signed than the header has.',
      whatToDo:
        'Make the nonce once for each request, of letters and digits, and use it letter by letter in the message and in the header.',
    },
  },
  'Path and query': {
    host_signed: {
      says: 'The URL was signed with its scheme or host.',
      whatToDo: 'Sign only the path and the query, from the / behind the host.',
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
      says: 'A question mark or & was signed at the end of a URL that was sent without one, or the other way round.',
      whatToDo: AS_SENT,
    },
    query_left_out: { says: 'The query was not signed.', whatToDo: AS_SENT },
    query_parameter_added: {
      says: 'Parameters of the query were sent that were not signed.',
      whatToDo: `${AS_SENT} Look for a library that adds parameters of its own.`,
    },
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
    url_case: {
      says: 'Path or query was signed in another case than it was sent.',
      whatToDo: `${AS_SENT} Letters keep their case.`,
    },
    escaped_otherwise: {
      says: 'Other characters of the URL were percent-encoded in the signed text than in the sent one.',
      whatToDo: AS_SENT,
    },
    escaped_twice: {
      says: 'The URL was percent-encoded twice, in the signed text or in the sent one.',
      whatToDo: AS_SENT,
    },
  },
  'The body': {
    body_left_out: {
      says: 'The body was not signed: its line was empty, or a text such as {} or null.',
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
      says: 'The body was signed as a language writes an object when it is joined to a text: [object Object], Array, {a=1}, {’a’: 1}, map[a:1].',
      whatToDo: SAME_BYTES,
    },
    body_form_encoded: {
      says: 'The fields of the JSON were signed as a form, as in a=1&b=2.',
      whatToDo: SAME_BYTES,
    },
    body_line_feed: {
      says: 'The body was signed with a line feed at its end that was not sent, or the other way round.',
      whatToDo: `${SAME_BYTES} In a shell echo adds a line feed; use printf.`,
    },
    body_spacing: {
      says: 'The JSON was signed with other blanks or line feeds than it was sent with.',
      whatToDo: `${SAME_BYTES} curl takes line feeds away with -d @file; use --data-binary.`,
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
      says: 'The JSON was written again: the same content was signed in another spelling, such as "1" or 1.0 for 1, or [] for {}.',
      whatToDo: SAME_BYTES,
    },
    body_field_added: {
      says: 'Fields of the JSON were sent that were not signed.',
      whatToDo: `${SAME_BYTES} Look for a field that is set after the signature, and for a library that adds fields or leaves out empty ones.`,
    },
    body_json_twice: {
      says: 'JSON was made of what is JSON already, in the signed text or in the sent one.',
      whatToDo: SAME_BYTES,
    },
    body_encoded: {
      says: 'The digest of the body, its Base64 or its percent-encoding was signed in place of the body.',
      whatToDo: 'Sign the body itself, byte for byte as it is sent.',
    },
    body_compressed: {
      says: 'The body was compressed after it was signed.',
      whatToDo: 'Send the body as it is, without Content-Encoding.',
    },
    body_byte_order_mark: {
      says: 'The body was sent with a byte order mark that was not signed, or the other way round.',
      whatToDo: SAME_BYTES,
    },
    body_charset: {
      says: 'The body was sent in another character encoding than it was signed in.',
      whatToDo: `${UTF8} Send the same bytes.`,
    },
  },
  'None of these': {
    key_or_message_unknown: {
      says: 'Nothing that is known to go wrong fits, and an SM2 signature does not tell whether its key or its message is another.',
      whatToDo:
        'Check that the private key belongs to the certificate; then print the bytes that you sign and compare them with the expected message. The user id of SM2 is 1234567812345678, the signature in ASN.1.',
    },
    other_message: {
      says: 'The key is right, but another text was signed than the expected message, and none that is known.',
      whatToDo:
        'Print the text just before it is signed and compare it with the expected message, line by line. The likely differences, the most likely first: (1) the nonce, where it is made once for the message and once more for the header; nobody can find that from outside. (2) The body, where the HTTP library or a proxy writes it anew, or values change after it was signed. (3) Path and query, where the library puts them together. (4) All of it, where the header of another request was kept. (5) Nothing that you print: compare the SHA-256 of the printed text with the digest here; if it is another, something else is signed than what is printed.',
    },
  },
} as const satisfies Record<string, Record<string, CauseEntry>>
