import type { Seed } from './context.ts'

/** A merchant number of the sandbox. */
export interface SandboxMerchant {
  mchid: string
  kind: 'direct' | 'provider' | 'sub'
  name: string
  behaviour: string
  appids: string[]
  sub_mchids: string[]
  /** Whether it has the permissions that the seeds of products name, or none at all. */
  has_permissions: boolean
  collection_restricted: boolean
}

export const APPID = 'wxcbda96de0b165486'
export const SUB_APPID = 'wxd678efh567hg6787'

const merchant = (
  mchid: string,
  behaviour: string,
  more: Partial<SandboxMerchant> = {},
): SandboxMerchant => ({
  mchid,
  kind: 'direct',
  name: `Sandbox merchant ${mchid}`,
  behaviour,
  appids: [APPID],
  sub_mchids: [],
  has_permissions: true,
  collection_restricted: false,
  ...more,
})

/** The merchants that the documents' samples use, and one for each refusal that depends on the merchant. */
export const SANDBOX_MERCHANTS: readonly SandboxMerchant[] = [
  merchant('1230000109', 'A direct merchant; everything works'),
  merchant('1230000100', 'A service provider; everything works for its sub-merchant 1900000109', {
    kind: 'provider',
    sub_mchids: ['1900000109', '1900000110', '1900000111'],
  }),
  merchant('1900000109', 'A sub-merchant of 1230000100; its own app is wxd678efh567hg6787', {
    kind: 'sub',
    appids: [SUB_APPID],
  }),
  merchant(
    '1900000110',
    'A sub-merchant of 1230000100 without any permission: 403 NO_AUTH, a charge is 400 INVALID_REQUEST',
    {
      kind: 'sub',
      appids: [],
      has_permissions: false,
    },
  ),
  merchant(
    '1900000111',
    'A sub-merchant of 1230000100 whose collections are restricted: a charge is 403 NO_AUTH',
    {
      kind: 'sub',
      appids: [],
      collection_restricted: true,
    },
  ),
  merchant('1900000112', 'A sub-merchant that is not bound to 1230000100: 400 INVALID_REQUEST', {
    kind: 'sub',
    appids: [],
  }),
  merchant(
    '1230000110',
    'A direct merchant without any permission: 403 NO_AUTH, a charge is 400 INVALID_REQUEST',
    {
      has_permissions: false,
    },
  ),
  merchant('1230000111', 'A direct merchant whose collections are restricted: a charge is 403 NO_AUTH', {
    collection_restricted: true,
  }),
]

/** What a merchant of the sandbox was given. */
export function sandboxPermissions(
  { has_permissions }: SandboxMerchant,
  seeds: readonly Pick<Seed, 'permissions'>[],
): string[] {
  return has_permissions ? seeds.flatMap(({ permissions = [] }) => permissions) : []
}
