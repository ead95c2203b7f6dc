import { type SignedRequest, signedRequest } from '../src/testing/signed-request.ts'
import type { MerchantCredentials } from '../src/testing/start-platform.ts'
import { PARKING_NAME, type Stay } from './seed.ts'

export function queryOf(merchant: MerchantCredentials, number: number): SignedRequest {
  return signedRequest(merchant, {
    method: 'GET',
    target: `/v3/vehicle/transactions/out-trade-no/seed${number}`,
  })
}

export function findOf(merchant: MerchantCredentials): SignedRequest {
  const query = new URLSearchParams({
    appid: 'wxcbda96de0b165486',
    plate_number: '粤B888888',
    plate_color: 'BLUE',
    openid: 'oUpF8uMuAJOM2pxb1Q',
  })
  return signedRequest(merchant, { method: 'GET', target: `/v3/vehicle/parking/services/find?${query}` })
}

export function chargeOf(merchant: MerchantCredentials, stay: Stay, notifyUrl: string): SignedRequest {
  return signedRequest(merchant, {
    method: 'POST',
    target: '/v3/vehicle/transactions/parking',
    body: {
      appid: 'wxcbda96de0b165486',
      description: '停车场扣费',
      attach: '深圳分店',
      out_trade_no: `bench${stay.parking_id.slice(-20)}`,
      trade_scene: 'PARKING',
      notify_url: `${notifyUrl}/notify`,
      amount: { total: 888, currency: 'CNY' },
      parking_info: {
        ...stay,
        plate_color: 'BLUE',
        end_time: new Date(Date.now() - 1_000).toISOString().replace(/\.\d+Z$/, 'Z'),
        parking_name: PARKING_NAME,
        charging_duration: 3600,
        device_id: '12313',
      },
    },
  })
}
