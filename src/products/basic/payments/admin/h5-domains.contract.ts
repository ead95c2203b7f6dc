import { mchid } from '../../../../admin/fields.ts'
import { adminOperation } from '../../../../admin/operation.ts'
import * as Type from '../../../../contract/schema.ts'
import { MAX_H5_DOMAINS } from '../h5-domains.ts'

const domain = Type.String({
  description: 'A host without scheme and port, in small letters; what is below it is of it',
  minBytes: 1,
  maxBytes: 253,
})
const h5Domains = Type.Object({
  mchid,
  domains: Type.Array(domain, {
    description:
      'From where payers may come to an h5_url, and where redirect_url may lead; empty for anywhere',
    maxItems: MAX_H5_DOMAINS,
  }),
})

export const putH5Domains = adminOperation({
  name: 'putH5Domains',
  method: 'PUT',
  path: '/admin/v1/merchants/{mchid}/h5-domains',
  title: 'Registers the domains of a merchant for H5 payments, in place of all others',
  description:
    'They are those of the number that orders. A page of another domain is shown 商家存在未配置的参数，请联系商家解决.',
  request: h5Domains,
  reply: h5Domains,
  problems: ['NOT_FOUND'],
})

export const getH5Domains = adminOperation({
  name: 'getH5Domains',
  method: 'GET',
  path: '/admin/v1/merchants/{mchid}/h5-domains',
  title: 'The domains of a merchant for H5 payments',
  request: Type.Object({ mchid }),
  reply: h5Domains,
  problems: ['NOT_FOUND'],
})
