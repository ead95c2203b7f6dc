// The cashier in a browser: the page at an h5_url, and the frame that jsapi.js puts over a merchant's page. It shows what is
// to be paid, lets somebody pay or cancel, and reports to whoever has opened it.
;(() => {
  /** How often is asked whether a bank has answered, in milliseconds. */
  const ASK_EVERY_MS = 1000
  /** How long is waited for a pause in typing, in milliseconds. */
  const TYPING_PAUSE_MS = 200
  const REMEMBERED_PAYER = 'boomgate.payer'
  const OFFLINE = { shown: '网络异常，请重试', explanation: ['The platform did not answer.'] }

  const { way, returnTo } = document.body.dataset
  const isFramed = way === 'jsapi'
  const element = id => document.getElementById(id)

  /** The order's session, as every call names it. */
  let entry = isFramed ? undefined : { h5_url: location.href }
  /** Where the merchant's page listens. */
  let port
  /** Who pays; `undefined` where the order itself says so, or nobody is chosen yet. */
  let payerId
  let total = 0
  /** What the buttons of the section that is shown do. */
  let actions = {}

  const BUTTONS = ['leave', 'cancel', 'abandon', 'done', 'confirm']
  const SECTIONS = ['loading', 'bill', 'processing', 'paid', 'refused', 'over']

  function show(name, newActions) {
    actions = newActions
    for (const section of SECTIONS) element(section).hidden = section !== name
    element('leave').hidden = !actions.leave
    const first = ['button.main:not(:disabled)', 'input:not([readonly])', 'button']
    first
      .map(selector => element(name).querySelector(selector))
      .find(Boolean)
      ?.focus()
  }

  async function call(path, fields) {
    const reply = await fetch(`/sandbox/cashier/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...entry, ...fields }),
    })
    return { status: reply.status, ...(await reply.json()) }
  }

  /** A reply that the script can do nothing with; the platform says why. */
  const failureOf = ({ message }) => ({ shown: '系统繁忙，请稍后再试', explanation: [message] })

  // What is to be paid.

  /** Asks for the order as somebody would pay it, and shows it. */
  async function open(asPayer) {
    show('loading', {})
    let reply
    try {
      reply = await call('orders', asPayer && { payer_id: asPayer })
    } catch {
      return refuse(OFFLINE, () => open(asPayer))
    }
    if (reply.state === 'REFUSED') return refuse(reply, () => finish(reply.client))
    // Somebody who is remembered, or was named by a page, may not exist.
    if (reply.status === 404 && !isFramed) return open()
    if (reply.status !== 200) return refuse(failureOf(reply), () => finish(resultOf('fail')))
    showOrder(reply.order)
    showPayer(reply.payer)
    show('bill', { leave: cancel, cancel })
  }

  function showOrder(order) {
    total = order.total
    element('payee').textContent = order.payee
    element('amount').textContent = yuan(total)
    element('paid-amount').textContent = yuan(total)
    element('description').textContent = order.description
    element('payer').readOnly = isFramed
  }

  function showPayer(payer) {
    payerId = payer?.payer_id
    if (payer) element('payer').value = payer.payer_id
    element('fault').hidden = true
    element('pay').disabled = !payer
    element('sources').hidden = !payer
    for (const old of element('sources').querySelectorAll('.source')) old.remove()
    if (payer) showSources(payer.sources)
  }

  function showSources(sources) {
    const isShort = ({ balance }) => balance !== undefined && balance < total
    const allowed = sources.filter(source => source.is_allowed)
    const chosen = allowed.find(source => !isShort(source)) ?? allowed[0]
    for (const source of sources) {
      const input = made('input', { type: 'radio', name: 'source', value: source.id })
      input.checked = source === chosen
      input.disabled = !source.is_allowed
      const label = made('label', { className: 'source' })
      label.append(input, made('span', { textContent: source.name }), hint(source, isShort(source)))
      element('sources').append(label)
    }
  }

  function hint({ is_allowed, balance }, isShort) {
    if (!is_allowed) return made('small', { textContent: '商家不支持' })
    if (balance === undefined) return made('small', {})
    return made('small', { textContent: `${yuan(balance)}${isShort ? '，余额不足' : ''}` })
  }

  const made = (name, properties) => Object.assign(document.createElement(name), properties)
  const yuan = fen => `¥${(fen / 100).toFixed(2)}`

  // Who pays at an h5_url.

  let typing
  function offer() {
    clearTimeout(typing)
    typing = setTimeout(async () => {
      const { payers = [] } = await call('payers', { from: element('payer').value }).catch(() => ({}))
      element('payers').replaceChildren(...payers.map(value => made('option', { value })))
    }, TYPING_PAUSE_MS)
  }

  async function choose() {
    const chosen = element('payer').value.trim()
    showPayer(undefined)
    if (chosen === '') return
    const reply = await call('orders', { payer_id: chosen }).catch(() => ({ message: OFFLINE.shown }))
    // Somebody else was chosen while this was asked.
    if (element('payer').value.trim() !== chosen) return
    if (reply.payer) {
      remember(chosen)
      return showPayer(reply.payer)
    }
    if (reply.state === 'REFUSED') return refuse(reply, () => open())
    element('fault').textContent = reply.message
    element('fault').hidden = false
  }

  // A frame of a browser that keeps nothing refuses the storage.
  function remember(payer) {
    try {
      localStorage.setItem(REMEMBERED_PAYER, payer)
    } catch {}
  }

  function remembered() {
    try {
      return localStorage.getItem(REMEMBERED_PAYER) ?? undefined
    } catch {
      return undefined
    }
  }

  // Paying.

  function payment(action) {
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    const payment_id = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
    const source = document.querySelector('[name=source]:checked')?.value
    return {
      ...{ payment_id, action },
      ...(payerId !== undefined && { payer_id: payerId }),
      ...(action === 'PAY' && source !== undefined && { source }),
    }
  }

  async function pay(asked) {
    let isAbandoned = false
    const abandon = () => {
      isAbandoned = true
      finish(resultOf('cancel'))
    }
    show('processing', { leave: abandon, abandon })
    let reply
    try {
      reply = await call('payments', asked)
      while (reply.state === 'PROCESSING' && !isAbandoned) {
        await new Promise(resolve => setTimeout(resolve, ASK_EVERY_MS))
        reply = await call('payments', asked)
      }
    } catch {
      // The same payment again, because nobody knows what has become of it.
      if (!isAbandoned) refuse(OFFLINE, () => pay(asked))
      return
    }
    if (isAbandoned) return
    const { state, client } = reply
    if (state === 'PAID') return show('paid', { leave: () => finish(client), done: () => finish(client) })
    refuse(reply.status === 200 ? reply : failureOf(reply), () => open(payerId))
  }

  async function cancel() {
    const asked = payment('CANCEL')
    show('loading', {})
    // Nobody has looked at an h5_url as long as no payer is chosen.
    const reply = isFramed || payerId !== undefined ? await call('payments', asked).catch(() => ({})) : {}
    finish(reply.client ?? resultOf('cancel'))
  }

  // Where it ends.

  const resultOf = outcome => ({ err_msg: `get_brand_wcpay_request:${outcome}` })

  function refuse({ shown, explanation }, confirm) {
    element('shown').textContent = shown
    element('explanation').replaceChildren(...explanation.map(textContent => made('li', { textContent })))
    element('why').hidden = explanation.length === 0
    port?.postMessage({ refused: { shown, explanation } })
    show('refused', { leave: confirm, confirm })
  }

  /** Tells the merchant's page, or goes back to it. */
  function finish(result) {
    if (port) return port.postMessage({ done: result })
    show('over', {})
    if (returnTo) location.replace(returnTo)
    else if (history.length > 1) history.back()
  }

  for (const name of BUTTONS) element(name).addEventListener('click', () => actions[name]?.())
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') actions.leave?.()
  })
  element('form').addEventListener('submit', event => {
    event.preventDefault()
    void pay(payment('PAY'))
  })

  if (isFramed) {
    addEventListener('message', ({ source, data, ports }) => {
      if (source !== window.parent || source === window || !data?.boomgate || port || !ports[0]) return
      port = ports[0]
      entry = data.entry
      payerId = data.payer_id
      void open(payerId)
    })
    // Everybody may know that a cashier is here; what is to be paid comes with the answer.
    window.parent.postMessage({ boomgate: 'cashier' }, '*')
  } else if (element('refused').hidden) {
    element('payer').addEventListener('input', offer)
    element('payer').addEventListener('focus', offer)
    element('payer').addEventListener('change', choose)
    void open(remembered())
  } else {
    show('refused', { leave: () => finish(), confirm: () => finish() })
  }
})()
