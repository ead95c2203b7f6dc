import { createPublicKey, type KeyObject } from 'node:crypto'
import { certificateStatus } from '../../../merchants/certificate-status.ts'
import { type CertificateRow, listCertificatesOf } from '../../../merchants/merchant-certificates.ts'
import { verifyMessage } from '../../../protocol/signature.ts'
import type { Statements } from '../../../store/database.ts'
import { clientMessage, quoted, type SignedParameters } from './client-parameters.ts'
import { type Refusal, refusal } from './shown-texts.ts'

/** What the platform knows of an order whose client signature it checks. */
export interface Signer {
  /** The merchant number that has ordered and signs. */
  mchid: string
  /** The app ids under which the order can be paid: its own, and in partner mode the sub-merchant's. */
  appids: readonly string[]
  sub_mchid: string
}

/** Checks a client's signature; `appid` is that of the page or app. A refusal says what was signed in place of what. */
export async function refusedSignature(
  db: Statements,
  signer: Signer,
  appid: string,
  parameters: SignedParameters,
  now: number,
): Promise<Refusal | undefined> {
  const certificates = await listCertificatesOf(db, signer.mchid)
  const valid = certificates.filter(one => certificateStatus(one, now) === 'VALID')
  const message = clientMessage(appid, parameters)
  if (valid.some(one => isSignedBy(one, message, parameters.signature))) return undefined
  const expected = [
    'The signature has to cover these four lines, each ended by a line feed (\\n), the last one too:',
    ...message.trimEnd().split('\n'),
    `It has to be made by SHA256withRSA with the API private key of ${signer.mchid}, in Base64.`,
  ]
  const cause =
    formCause(parameters.signature) ??
    (await keyCause(db, signer, certificates, message, parameters.signature)) ??
    messageCause(valid, signer, appid, parameters)
  return refusal(
    'SIGNATURE_WRONG',
    cause ??
      'None of the usual mistakes explains the signature. Print the text that your program signs and compare it with these lines.',
    ...expected,
  )
}

function isSignedBy({ algorithm, public_key }: CertificateRow, message: string, signature: string): boolean {
  return algorithm === 'RSA' && verifyMessage(Buffer.from(message), signature, keyOf(public_key))
}

function keyOf(pem: string): KeyObject {
  return createPublicKey(pem)
}

/** What the text of the signature itself gives away. */
function formCause(signature: string): string | undefined {
  if (/^[0-9A-Fa-f]{32}$/.test(signature))
    return 'The signature is an MD5 of APIv2: orders of APIv3 are signed with the API private key, not with a key text.'
  if (/^[0-9A-Fa-f]{64}$/.test(signature))
    return 'The signature is an HMAC-SHA256 of APIv2, or a digest: orders of APIv3 are signed with the API private key.'
  if (/ /.test(signature))
    return 'The signature has blanks where Base64 has +: it was decoded as part of a URL on its way to the page.'
  if (/[-_]/.test(signature))
    return 'The signature is Base64 for URLs; WeChat takes standard Base64, with + and /.'
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(signature)) return 'The signature is not Base64 on one line.'
  return undefined
}

/** The right text, signed with another key. */
async function keyCause(
  db: Statements,
  { mchid, sub_mchid }: Signer,
  certificates: readonly CertificateRow[],
  message: string,
  signature: string,
): Promise<string | undefined> {
  const ended = certificates.find(one => isSignedBy(one, message, signature))
  if (ended)
    return `The signature was made with the key of certificate ${ended.serial_no}, which is not valid any more.`
  const subCertificates = sub_mchid ? await listCertificatesOf(db, sub_mchid) : []
  if (subCertificates.some(one => isSignedBy(one, message, signature)))
    return `The signature was made with the key of the sub-merchant ${sub_mchid}; the provider ${mchid} has ordered, so it signs.`
  return undefined
}

/** Another text, signed with the right key. */
function messageCause(
  certificates: readonly CertificateRow[],
  { appids }: Signer,
  appid: string,
  parameters: SignedParameters,
): string | undefined {
  const { session, fourth, timeStamp, nonceStr, signature } = parameters
  const isSigned = (message: string) => certificates.some(one => isSignedBy(one, message, signature))
  const message = clientMessage(appid, parameters)
  const otherFourth = fourth === session ? `prepay_id=${session}` : session
  const variants: [message: string, says: string][] = [
    [
      clientMessage(appid, { ...parameters, fourth: otherFourth }),
      `The fourth line that was signed is ${quoted(otherFourth)}; it has to be ${quoted(fourth)}.`,
    ],
    [message.slice(0, -1), 'The last line was signed without its line feed.'],
    [message.replaceAll('\n', '\r\n'), 'The lines were ended by \\r\\n; they have to be ended by \\n.'],
    [
      message.replaceAll('\n', '\\n'),
      'The lines were ended by a backslash and an n; they have to be ended by a line feed.',
    ],
    [message.replaceAll('\n', ''), 'The four values were signed without line feeds.'],
    ...appids
      .filter(other => other !== appid)
      .map((other): [string, string] => [
        clientMessage(other, parameters),
        `The app id that was signed is ${other}; the page or app has ${appid}.`,
      ]),
    [
      clientMessage(appid, { ...parameters, timeStamp: `${timeStamp}000` }),
      'The time stamp that was signed is in milliseconds; the one that was handed over is in seconds.',
    ],
    [
      `appId=${appid}&nonceStr=${nonceStr}&package=${fourth}&signType=RSA&timeStamp=${timeStamp}`,
      'A query as in APIv2 was signed; APIv3 signs four lines.',
    ],
    [
      `${timeStamp}\n${nonceStr}\n${appid}\n${fourth}\n`,
      'The lines were signed in another order: the app id comes first.',
    ],
    [
      `${appid}\n${timeStamp}\n${nonceStr}\n${fourth}\nRSA\n`,
      'signType was signed as a fifth line; it is not signed.',
    ],
  ]
  return variants.find(([variant]) => isSigned(variant))?.[1]
}
