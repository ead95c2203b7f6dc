import assert from 'node:assert/strict'
import { test } from 'node:test'
import { platformUnderTest, withQuery } from '../../../test/platform.ts'
test("the documents' own request gives the documents' own reply", async t => {
  const { call } = await platformUnderTest(t)
  const query = { appid: 'wxcbda96de0b165486', sub_mchid: '1900000109', plate_number: '粤B888888', plate_color: 'BLUE', openid: 'oUpF8uMuAJOM2pxb1Q' }
  const reply = await call({ method: 'GET', target: withQuery('/v3/vehicle/parking/services/find', query) }, '1230000100')
  assert.equal(reply.body, '{"plate_number":"粤B888888","plate_color":"BLUE","service_open_time":"2017-08-26T10:43:39+08:00","openid":"oUpF8uMuAJOM2pxb1Q","service_state":"PAUSE"}')
})
