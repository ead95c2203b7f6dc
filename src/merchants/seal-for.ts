import type { Random } from '../protocol/ids.ts'
import { randomText } from '../protocol/ids.ts'
import type { SealedResource } from '../protocol/sealed-resource.ts'
import type { Suite } from '../protocol/suite.ts'
import type { Secrets } from '../store/secrets.ts'
import type { Merchant } from './merchants.ts'

/** Seals a text so that only the merchant can open it, with its APIv3 key of now. The merchant has one. */
export function sealFor(
  { random, secrets }: { random: Random; secrets: Secrets },
  suite: Suite,
  { mchid, apiv3_key }: Pick<Merchant, 'mchid' | 'apiv3_key'>,
  plaintext: string,
  associatedData: string,
): SealedResource {
  const key = secrets.open(apiv3_key, placeOfApiv3Key(mchid))
  return suite.seal(plaintext, key, randomText(12, random), associatedData)
}

/** Where the APIv3 key of a merchant is kept. */
export function placeOfApiv3Key(mchid: string): string {
  return `merchants/${mchid}/apiv3_key`
}
