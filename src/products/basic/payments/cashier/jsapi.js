// Gives the page of a merchant in an ordinary browser what it has inside WeChat: WeixinJSBridge, wx.chooseWXPay, and a user
// agent that says MicroMessenger. One tag before the page's own scripts is all:
//
//   <script src="http://127.0.0.1:8080/sandbox/jsapi.js"></script>
//
// Who pays is the payer of the order's openid; data-payer="<payer_id>" on the tag lets somebody else try.
;(() => {
  // Inside WeChat the page has all this.
  if (window.WeixinJSBridge) return

  const script = document.currentScript ?? document.querySelector('script[src*="/sandbox/jsapi.js"]')
  if (!script)
    throw new Error('Load /sandbox/jsapi.js by a script tag: its address says where the platform is.')
  const platform = new URL(script.src).origin
  const { payer } = script.dataset
  /** How long a frame that has loaded may take to say that it is the cashier, in milliseconds. */
  const GREETING_MS = 2000

  /** What is for the merchant's engineer, line by line. */
  function explain(shown, lines) {
    console.error([`[Boomgate] ${shown}`, ...lines].join('\n  '))
  }

  // The cashier, in a frame over the page.

  let isOpen = false

  /** Opens the cashier; answers how it has ended. `request` has what the page hands over. */
  function openCashier(request) {
    isOpen = true
    const opener = document.activeElement
    const { port1, port2 } = new MessageChannel()
    const frame = document.createElement('iframe')
    frame.title = '微信支付'
    frame.setAttribute('role', 'dialog')
    frame.src = `${platform}/sandbox/cashier`
    Object.assign(frame.style, {
      ...{ position: 'fixed', inset: '0', width: '100%', height: '100%', border: '0' },
      ...{ zIndex: '2147483647', colorScheme: 'normal' },
    })
    return new Promise(resolve => {
      let isGreeted = false
      const greet = ({ source, origin, data }) => {
        if (source !== frame.contentWindow || origin !== platform || data?.boomgate !== 'cashier') return
        isGreeted = true
        removeEventListener('message', greet)
        frame.contentWindow.postMessage({ boomgate: 'pay', ...request }, platform, [port2])
        frame.focus()
      }
      const close = result => {
        isOpen = false
        removeEventListener('message', greet)
        port1.close()
        frame.remove()
        opener?.focus?.()
        resolve(result)
      }
      port1.onmessage = ({ data: { refused, done } }) => {
        if (refused) explain(refused.shown, refused.explanation)
        if (done) close(done)
      }
      frame.onload = () =>
        setTimeout(() => {
          if (isGreeted) return
          explain('网络异常', [`No cashier at ${frame.src}: does the platform run, with --cashier on?`])
          close(resultOf('fail'))
        }, GREETING_MS)
      addEventListener('message', greet)
      ;(document.body ?? document.documentElement).append(frame)
    })
  }

  const resultOf = outcome => ({ err_msg: `get_brand_wcpay_request:${outcome}` })

  async function requestPayment(parameters, appid) {
    if (isOpen) {
      explain('支付正在进行', ['The cashier of an earlier call is still open.'])
      return resultOf('fail')
    }
    let jsapi
    try {
      // Functions stay in the page.
      jsapi = JSON.parse(JSON.stringify(parameters ?? {}))
    } catch ({ message }) {
      explain('支付参数有误', [message])
      return resultOf('fail')
    }
    return openCashier({
      entry: { jsapi, ...(appid !== undefined && { appid: String(appid) }) },
      payer_id: payer,
    })
  }

  // WeixinJSBridge.

  const PAYS = 'getBrandWCPayRequest'

  /** What each call of the bridge answers. */
  const CALLS = {
    [PAYS]: parameters => requestPayment(parameters),
    preVerifyJSAPI: async () => ({ err_msg: 'preVerifyJSAPI:ok' }),
    checkJsApi: async ({ jsApiList = [] }) => ({
      err_msg: 'checkJsApi:ok',
      checkResult: checked(jsApiList, name => Object.hasOwn(CALLS, name)),
    }),
  }

  const checked = (names, isThere) => Object.fromEntries(names.map(name => [name, isThere(name)]))

  async function invoke(name, parameters = {}, callback) {
    if (typeof parameters === 'function') return invoke(name, {}, parameters)
    const isThere = Object.hasOwn(CALLS, name)
    if (!isThere) explain(`${name}:function_not_exist`, ['A browser can pay only.'])
    const result = isThere
      ? await CALLS[name](readText(parameters))
      : { err_msg: `${name}:function_not_exist` }
    callback?.(result)
  }

  /** Old pages hand over a text of JSON. */
  function readText(parameters) {
    if (typeof parameters !== 'string') return parameters
    try {
      return JSON.parse(parameters)
    } catch {
      return {}
    }
  }

  const nothing = () => {}
  window.WeixinJSBridge = {
    invoke: (...call) => void invoke(...call),
    ...{ call: nothing, on: nothing, log: nothing, publish: nothing, subscribe: nothing },
  }

  // wx, as the JS-SDK of official accounts has it.

  let configured
  const waiting = []

  /** Calls back as the JS-SDK does: by the outcome, and in any case. */
  function tell(options = {}, result, outcome) {
    options[outcome]?.(result)
    options.complete?.(result)
  }

  const SDK = {
    /** The signature is that of a jsapi_ticket, which WeChat Pay does not know: it is taken as it is. */
    config(options = {}) {
      configured = options
      setTimeout(() => {
        for (const callback of waiting.splice(0)) callback()
      })
    },
    ready(callback) {
      if (configured) setTimeout(callback)
      else waiting.push(callback)
    },
    error: nothing,
    checkJsApi(options = {}) {
      const checkResult = checked(options.jsApiList ?? [], name => name === 'chooseWXPay')
      tell(options, { errMsg: 'checkJsApi:ok', checkResult }, 'success')
    },
    async chooseWXPay(options = {}) {
      const fault = faultOfConfig()
      if (fault) {
        explain('chooseWXPay:permission denied', [fault])
        return tell(options, { errMsg: 'chooseWXPay:permission denied' }, 'fail')
      }
      // What a page leaves out, the SDK signs as version 2 did.
      const parameters = { signType: 'SHA1', ...options }
      const { err_msg } = await requestPayment(parameters, configured.appId)
      const outcome = err_msg.split(':')[1]
      tell(options, { errMsg: `chooseWXPay:${outcome}` }, { ok: 'success' }[outcome] ?? outcome)
    },
    miniProgram: { getEnv: callback => callback({ miniprogram: false }) },
  }

  function faultOfConfig() {
    if (!configured?.appId) return 'Call wx.config with appId and jsApiList before wx.chooseWXPay.'
    if (configured.jsApiList?.includes('chooseWXPay')) return undefined
    return "The jsApiList of wx.config does not have 'chooseWXPay'."
  }

  /** What pages call on their way to paying, and a browser has no use for. */
  const ABSENT = [
    ...['closeWindow', 'hideOptionMenu', 'showOptionMenu', 'hideMenuItems', 'showMenuItems'],
    ...['hideAllNonBaseMenuItem', 'showAllNonBaseMenuItem', 'updateAppMessageShareData'],
    ...['updateTimelineShareData', 'onMenuShareTimeline', 'onMenuShareAppMessage', 'getNetworkType'],
    ...['getLocation', 'openLocation', 'scanQRCode', 'chooseImage', 'previewImage'],
  ]
  const absent = ABSENT.map(name => [
    name,
    options => tell(options, { errMsg: `${name}:function not exist` }, 'fail'),
  ])

  // The real JS-SDK, loaded before or after, goes on with what stands here.
  const sdk = Object.assign(window.jWeixin ?? window.wx ?? {}, Object.fromEntries(absent), SDK)
  window.wx = sdk
  window.jWeixin = sdk

  // Pages ask this before they pay.
  if (!/MicroMessenger/i.test(navigator.userAgent)) {
    const value = `${navigator.userAgent} MicroMessenger/8.0.50`
    Object.defineProperty(navigator, 'userAgent', { value, configurable: true })
  }

  const announce = () => document.dispatchEvent(new Event('WeixinJSBridgeReady'))
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', announce)
  else setTimeout(announce)
})()
