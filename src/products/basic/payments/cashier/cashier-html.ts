import type { Refusal } from '../shown-texts.ts'

export const PATHS = {
  cashier: '/sandbox/cashier',
  script: '/sandbox/cashier.js',
  style: '/sandbox/cashier.css',
  bridge: '/sandbox/jsapi.js',
} as const

/** What the cashier begins with; everything else its script asks for. */
export interface Beginning {
  /** How the payer has come: by an `h5_url`, or by a page that hands over its parameters. */
  way: 'h5_url' | 'jsapi'
  /** Where the browser goes in the end; back to where it came from when absent. */
  returnTo?: string | undefined
  /** Why nothing can be paid. */
  refused?: Refusal
}

/** The document of the cashier. */
export function cashierHtml({ way, returnTo = '', refused }: Beginning): string {
  const { shown = '', explanation = [] } = refused ?? {}
  const lines = explanation.map(line => `<li>${escaped(line)}</li>`).join('')
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>微信支付</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${PATHS.style}">
<script src="${PATHS.script}" defer></script>
</head>
<body class="${way}" data-way="${way}" data-return-to="${escaped(returnTo)}">
<main class="card" aria-live="polite">
<header><h1>微信支付</h1><span class="mark">沙箱</span><button type="button" class="leave" id="leave" aria-label="关闭收银台">×</button></header>
<section id="loading"${refused ? ' hidden' : ''}><p class="wait">正在打开收银台…</p></section>
<section id="bill" hidden>
<p class="payee" id="payee"></p>
<p class="amount" id="amount"></p>
<p class="description" id="description"></p>
<form id="form">
<label class="payer">付款人<input id="payer" type="search" list="payers" autocomplete="off" placeholder="输入或选择沙箱中的付款人" required maxlength="64"></label>
<datalist id="payers"></datalist>
<p class="fault" id="fault" role="alert" hidden></p>
<fieldset id="sources"><legend>付款方式</legend></fieldset>
<button type="submit" class="main" id="pay">支付</button>
<button type="button" class="other" id="cancel">取消</button>
</form>
</section>
<section id="processing" hidden><p class="wait">支付处理中，请稍候…</p><button type="button" class="other" id="abandon">关闭</button></section>
<section id="paid" hidden><p class="tick" aria-hidden="true">✓</p><p class="title">支付成功</p><p class="amount" id="paid-amount"></p><button type="button" class="main" id="done">完成</button></section>
<section id="refused"${refused ? '' : ' hidden'}>
<p class="title" id="shown" role="alert">${escaped(shown)}</p>
<button type="button" class="main" id="confirm">确定</button>
<details id="why"${explanation.length === 0 ? ' hidden' : ''}><summary>开发者信息</summary><ol id="explanation">${lines}</ol></details>
</section>
<section id="over" hidden><p class="wait">请返回商家页面查看结果。</p></section>
</main>
<noscript>付款需要启用 JavaScript。</noscript>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
