import * as Type from '../contract/schema.ts'
import { REFUND_WITHOUT_FUNDS, ROTATIONS } from '../merchants/merchants.ts'
import { NEXT_SHOWN_DAYS } from '../merchants/rotation.ts'
import { TRUST_STATES } from '../protocol/trust.ts'
import { appid, flag, integer, listOf, mchid, oneOf, page, shown, sum, text, time } from './fields.ts'
import { certificateFields } from './merchant-certificates.contract.ts'
import { adminOperation } from './operation.ts'

const KINDS = ['direct', 'provider', 'sub'] as const
const NOTIFY_PROFILES = ['', 'sandbox', 'production'] as const

/** What somebody sets of a merchant number. */
const settings = {
  name: text('Name, for people', 128),
  permissions: Type.Array(text('A name that a product declares', 64), {
    description: 'What it was given by name, beyond what every merchant can do',
    maxItems: 64,
  }),
  collection_restricted: flag('Whether charges are refused because collections are restricted'),
  advance_enabled: flag('Whether the platform pays for payers without funds'),
  fee_rate: integer('What the platform keeps of each charge, in hundredths of a percent', 0, 10_000),
  notify_profile: oneOf(
    "Which addresses notices may go to; empty for the platform's own rule",
    NOTIFY_PROFILES,
  ),
  notices_paused: flag('Whether notices wait; what is due then is sent when this is set back'),
  trust_state: oneOf("Which of the platform's keys sign for it", TRUST_STATES),
  notice_key_share: integer(
    'Share of notices signed with the public key while SWITCHING, in percent, unless the days of the switch set it',
    0,
    100,
  ),
  rotation: oneOf(
    'How its signatures go over to the next platform certificate: not, by the plan of the platform, by hand',
    ROTATIONS,
  ),
  rotation_share: integer(
    'Share of signatures by the next platform certificate, in hundredths of a percent',
    0,
    10_000,
  ),
  next_certificate_days: integer(
    'How many days before the end of a platform certificate it is shown the next one',
    NEXT_SHOWN_DAYS.latest,
    NEXT_SHOWN_DAYS.earliest,
  ),
  shangmi: flag('Whether it may use SM2, SM3 and SM4, and gets its notices by them'),
  auto_withdrawal: flag('Whether what a settled day makes available is paid to its bank at once'),
  refund_without_funds: oneOf(
    'What becomes of a refund that it has no money for: refused with NOT_ENOUGH, or accepted to WAIT up to seven days',
    REFUND_WITHOUT_FUNDS,
  ),
}

export const merchant = Type.Object({
  mchid,
  kind: oneOf('Who calls: for itself, for sub-merchants, or never by itself', KINDS),
  ...settings,
  pending: sum('Collected, and available from the next midnight on'),
  held: sum('Collected with profit_sharing and not released yet'),
  available: sum('What it can refund from and withdraw'),
  operation: sum('On its operation account, which it fills itself'),
  refunding: sum('Given for refunds that have not reached their payers yet'),
  has_apiv3_key: flag('Without a key no notice can be sealed, so none is made'),
  public_key_id: shown("Id under which it knows the platform's public key; empty for a sub-merchant"),
  notice_key_share_now: Type.Unsafe<number>({
    type: 'number',
    description: 'Share of notices signed with the public key at present, in percent',
  }),
  switching_since: Type.Optional(
    time('When the days of the switch began; absent while the share is a fixed one'),
  ),
  certificates: Type.Array(Type.Object(certificateFields)),
  appids: Type.Array(appid),
  sub_mchids: Type.Array(mchid),
})

const listedMerchant = Type.Object({ mchid, kind: merchant.properties.kind, ...settings })

const optional = <S extends Type.TSchema>(schema: S) => Type.Optional(schema)

export const listMerchants = adminOperation({
  name: 'listMerchants',
  method: 'GET',
  path: '/admin/v1/merchants',
  title: 'Merchant numbers, in their order',
  request: Type.Object(page),
  reply: listOf(listedMerchant),
  problems: [],
})

export const getMerchant = adminOperation({
  name: 'getMerchant',
  method: 'GET',
  path: '/admin/v1/merchants/{mchid}',
  title: 'A merchant number',
  request: Type.Object({ mchid }),
  reply: merchant,
  problems: ['NOT_FOUND'],
})

export const putMerchant = adminOperation({
  name: 'putMerchant',
  method: 'PUT',
  path: '/admin/v1/merchants/{mchid}',
  title: 'Makes a merchant number, or changes what is given of it',
  description:
    'A new number needs its `kind`, which never changes. One that calls gets a key pair, a certificate and an APIv3 key, ' +
    'written to `merchants/<mchid>` of the data folder; keys that are there already from an earlier life are used again. ' +
    'It has all permissions and, like a real new one, only the public key, unless `permissions` and `trust_state` are given. `SWITCHING` begins the seven days of the ' +
    'switch, unless `notice_key_share` is given too. A rotation takes `CERTIFICATE` and a next certificate that is shown; its ' +
    'share only grows, and `NONE` takes it back to nothing.',
  request: Type.Object({
    mchid,
    kind: optional(merchant.properties.kind),
    name: optional(settings.name),
    permissions: optional(settings.permissions),
    collection_restricted: optional(settings.collection_restricted),
    advance_enabled: optional(settings.advance_enabled),
    fee_rate: optional(settings.fee_rate),
    notify_profile: optional(settings.notify_profile),
    notices_paused: optional(settings.notices_paused),
    trust_state: optional(settings.trust_state),
    notice_key_share: optional(settings.notice_key_share),
    rotation: optional(settings.rotation),
    rotation_share: optional(settings.rotation_share),
    next_certificate_days: optional(settings.next_certificate_days),
    shangmi: optional(settings.shangmi),
    auto_withdrawal: optional(settings.auto_withdrawal),
    refund_without_funds: optional(settings.refund_without_funds),
    apiv3_key: optional(
      Type.String({
        description: '32 letters and digits; empty takes the key away',
        maxBytes: 32,
        pattern: '^(?:[0-9A-Za-z]{32})?$',
      }),
    ),
  }),
  reply: merchant,
  problems: ['CONFLICT'],
})

export const putMerchantApp = adminOperation({
  name: 'putMerchantApp',
  method: 'PUT',
  path: '/admin/v1/merchants/{mchid}/apps/{appid}',
  title: 'Binds an app id',
  request: Type.Object({ mchid, appid }),
  reply: merchant,
  problems: ['NOT_FOUND'],
})

export const deleteMerchantApp = adminOperation({
  name: 'deleteMerchantApp',
  method: 'DELETE',
  path: '/admin/v1/merchants/{mchid}/apps/{appid}',
  title: 'Takes the binding of an app id away',
  request: Type.Object({ mchid, appid }),
  reply: merchant,
  problems: ['NOT_FOUND'],
})

const subMchid = Type.String({ ...mchid, description: 'The sub-merchant' })

export const putSubMerchant = adminOperation({
  name: 'putSubMerchant',
  method: 'PUT',
  path: '/admin/v1/merchants/{mchid}/sub-merchants/{sub_mchid}',
  title: 'Binds a sub-merchant to a provider',
  request: Type.Object({ mchid, sub_mchid: subMchid }),
  reply: merchant,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const deleteSubMerchant = adminOperation({
  name: 'deleteSubMerchant',
  method: 'DELETE',
  path: '/admin/v1/merchants/{mchid}/sub-merchants/{sub_mchid}',
  title: 'Takes the binding of a sub-merchant away',
  request: Type.Object({ mchid, sub_mchid: subMchid }),
  reply: merchant,
  problems: ['NOT_FOUND'],
})
