import assert from 'node:assert/strict'
import { test } from 'node:test'
import { duration, integer } from './kinds.ts'
import { listOptions, Options, optionGroup } from './options.ts'

const said = { en: 'what it does', zh: '作用' }
const tolls = optionGroup({
  title: { en: 'Tolls', zh: '通行费' },
  options: {
    tollWait: { kind: duration(), default: '5m', ...said },
    maxToll: { kind: integer('fen', 1, 100), ...said },
    tollUrl: { kind: integer('number', 0, 9), variable: 'TOLLS', ...said },
  },
})

test('the flag and the variable of an option follow from its name', () => {
  assert.deepEqual(
    listOptions([tolls]).map(({ flag, variable }) => [flag, variable]),
    [
      ['--toll-wait', 'BOOMGATE_TOLL_WAIT'],
      ['--max-toll', 'BOOMGATE_MAX_TOLL'],
      ['--toll-url', 'TOLLS'],
    ],
  )
})

test('what is given goes before the default, and what has neither is not set', () => {
  assert.deepEqual(new Options([tolls], {}).of(tolls), {
    tollWait: 300_000,
    maxToll: undefined,
    tollUrl: undefined,
  })
  const { tollWait, maxToll } = new Options([tolls], { tollWait: 0, maxToll: 7 }).of(tolls)
  assert.deepEqual([tollWait, maxToll], [0, 7])
})

test('two options with one flag or one variable are refused with who has them and what to do', () => {
  const others = (options: typeof tolls.options | object) =>
    optionGroup({ title: { en: 'Bridges', zh: '桥' }, options: { ...options } })
  assert.throws(
    () => listOptions([tolls, others({ maxToll: { kind: duration(), ...said } })]),
    /maxToll of "Tolls" and maxToll of "Bridges" both have the flag --max-toll: rename one\./,
  )
  const sameVariable = { bridgeToll: { kind: duration(), variable: 'BOOMGATE_TOLL_WAIT', ...said } }
  assert.throws(
    () => new Options([tolls, others(sameVariable)], {}),
    /tollWait of "Tolls" and bridgeToll of "Bridges" both have the variable BOOMGATE_TOLL_WAIT: rename one\./,
  )
})

test('a name that nobody declares is refused, and so are the options of a product that is not there', () => {
  assert.throws(
    () => new Options([tolls], { tolWait: 0 }),
    /There is no option tolWait; there are tollWait, maxToll, tollUrl/,
  )
  assert.throws(() => new Options([], {}).of(tolls), /of this node has the options "Tolls"/)
})
