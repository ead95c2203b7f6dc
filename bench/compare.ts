import { createPrivateKey, X509Certificate } from 'node:crypto'
import { signMessage } from '../src/protocol/signature.ts'
import type { SignedRequest } from '../src/testing/signed-request.ts'
import type { MerchantCredentials } from '../src/testing/start-platform.ts'
import { perCpuSecond, sendAll } from './load.ts'
import type { MeasuredProcess, Start } from './measured-process.ts'

// What the figures have in common: rounds in turn with the bare signer, and what a signature costs.

export const ROUNDS = 5
export const PER_ROUND = 4_000
export const WARM_UP = 4_000

/** Rounds in turn, bare and platform, so that a change of the machine's speed meets both. Prints the median ratio. */
export async function compare(
  name: string,
  bare: MeasuredProcess,
  platform: MeasuredProcess,
  request: (index: number) => SignedRequest,
): Promise<void> {
  let index = 0
  const take = (count: number) => Array.from({ length: count }, () => request(index++))
  const warmUp = take(WARM_UP)
  await sendAll(bare.baseUrl, warmUp)
  await sendAll(platform.baseUrl, warmUp)
  const rounds: { floor: number; ours: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const requests = take(PER_ROUND)
    rounds.push({ floor: await perCpuSecond(bare, requests), ours: await perCpuSecond(platform, requests) })
  }
  const ratios = rounds.map(({ floor, ours }) => ours / floor).sort((one, other) => one - other)
  const middle =
    rounds.map(({ floor }) => floor).sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0
  const ratio = ratios[Math.floor(ROUNDS / 2)] ?? 0
  const range = `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`
  console.log(
    `${name}: ${ratio.toFixed(2)} of the bare signer (${range}; bare ${middle.toFixed(0)} per CPU second)`,
  )
}

/** What the processes of a run start with; `data` is a folder in which the sandbox is. */
export function startOf(
  merchant: MerchantCredentials,
  data: string,
  { reply = '', deductionLadder = [0] }: { reply?: string; deductionLadder?: number[] } = {},
): Start {
  const merchantPublicKey = new X509Certificate(merchant.certificate).publicKey.export({
    type: 'spki',
    format: 'pem',
  })
  const keys = {
    merchantPublicKey: String(merchantPublicKey),
    platformPrivateKey: merchant.private_key,
    reply,
  }
  return { keys, data, deductionLadder }
}

/** CPU seconds that one signature takes. */
export function secondsPerSignature(merchant: MerchantCredentials): number {
  const key = createPrivateKey(merchant.private_key)
  const message = Buffer.alloc(800, 'x')
  const before = process.cpuUsage()
  for (let index = 0; index < 2_000; index += 1) signMessage(message, key)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6 / 2_000
}
