import { BlockList, isIP } from 'node:net'
import type { NotifyProfile } from '../merchants/merchants.ts'

/** Addresses that are not on the public internet: RFC 6890 and its IPv6 counterparts. */
const privateAddresses = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  // Relays of 6to4, which are no more.
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 96],
  // Translated IPv4 of RFC 2765; mapped IPv4, ::ffff:0:0/96, is judged as IPv4.
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['100:0:0:1::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4: the IPv4 address of any network can be inside.
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv6')
}

/** True for loopback, link-local, private and multicast addresses; IPv4 inside IPv6 counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && privateAddresses.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Why a call that takes only https refuses a URL, in the words of an issue; `undefined` when it does not. */
export function refusedNotifyUrl(notifyUrl: string, profile: NotifyProfile): string | undefined {
  if (profile === 'sandbox') return undefined
  if (URL.parse(notifyUrl)?.protocol !== 'https:') return '回调通知url必须为https'
  return isSentTo(notifyUrl, profile) ? undefined : '回调通知url必须为外网可访问的地址'
}

/**
 * Whether a profile sends to the host of a URL, whatever its scheme: `production` not to private ones. A name is looked up
 * when it is sent to.
 */
export function isSentTo(notifyUrl: string, profile: NotifyProfile): boolean {
  if (profile === 'sandbox') return true
  // Without the brackets of IPv6 and the dot of a name that is written in full.
  const host = URL.parse(notifyUrl)?.hostname.replace(/^\[|\]$|\.$/g, '') ?? ''
  return host !== 'localhost' && !host.endsWith('.localhost') && !isPrivateAddress(host)
}
