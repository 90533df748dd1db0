// What was taken and what was rejected: by month, reason, person and catalog. Charts are plain SVG, each with its table.

import {download, graphql, language} from './api.js'
import {Failure, Heading, Icon, Link, Loading, Menu, html, useLoaded, useScreen, useView} from './parts.js'
import {add, compact, dayIn, midnight, money, month, number, percent, t} from './texts.js'

add({
  ordersTaken: ['Orders taken', '受注件数'],
  amountTaken: ['Amount', '金額'],
  rejectedOrders: ['Rejected', '却下'],
  ofAll: [share => `${share} of all orders`, share => `全体の${share}`],
  sentBackOrders: ['Sent back to cart', '差し戻し'],
  figures: ['Figures', '集計'],
  sumTitle: [
    (taken, rejected, sent, all) => `${taken} taken + ${rejected} rejected + ${sent} sent back = ${all} orders.`,
    (taken, rejected, sent, all) => `受注${taken}件 + 却下${rejected}件 + 差し戻し${sent}件 = ${all}件。`,
  ],
  sumMore: [
    'Rejected and sent-back orders are left out of the figures, archived or not.',
    '却下・差し戻しの注文は、アーカイブの有無にかかわらず集計から除外されます。',
  ],
  showList: ['Show the list', '一覧を見る'],
  byMonth: ['Taken and rejected, by month', '月別の受注額と却下額'],
  takenKey: ['Taken, by month placed', '受注（注文月）'],
  rejectedKey: ['Rejected, by month decided', '却下（却下月）'],
  byReason: ['Rejections by reason', '理由別の却下'],
  byPerson: ['Rejections by person', '判断者別の却下'],
  byCatalog: ['Taken, by catalog', 'カタログ別の受注'],
  asTable: ['As a table', '表で見る'],
  monthName: ['Month', '月'],
  taken: ['Taken', '受注'],
  currency: ['Currency', '通貨'],
  period: ['Period', '期間'],
  lastMonths: [n => `Last ${n} months`, n => `過去${n}か月`],
  count: ['Orders', '件数'],
  noFigures: ['No orders in this period', 'この期間の注文はありません'],
  barsOf: [(name, taken, rejected) => `${name}: taken ${taken}, rejected ${rejected}`, (name, taken, rejected) => `${name}: 受注${taken}、却下${rejected}`],
})

const MONTHS = [3, 6, 12, 24]
const MOST_BARS = 24
const MOST_ROWS = 8

/** The first day of the month that is `back` months before this one, in the brand's zone. */
function monthsAgo(back, zone) {
  const [year, now] = dayIn(zone).split('-').map(Number)
  const at = new Date(Date.UTC(year, now - 1 - back, 1))
  return at.toISOString().slice(0, 10)
}

const amountIn = (group, currency) => Number(group?.totals.find(each => each.currency === currency)?.amount ?? 0)

/** @param {import('./app.js').Shared} props */
export function Screen({search, user, say, failed}) {
  const [view, show] = useView('analytics', search)
  const months = MONTHS.find(each => `${each}` === view.months) ?? 0
  const range = {placedFrom: months ? midnight(monthsAgo(months - 1, user.zone), user.zone) : null, placedBefore: null}
  const loaded = useLoaded(signal => graphql('Analytics', range, signal), [months])
  useScreen(t('analytics'), loaded, failed)
  const excel = async () => {
    try {
      download((await graphql('AnalyticsExcel', {...range, locale: language.get()})).orderAnalyticsExcel)
    } catch (error) {
      failed(error) || say(error.message, 'no')
    }
  }
  const all = loaded.data?.months
  const currencies = all ? [...new Set([...all.totals, ...all.rejected.totals].map(each => each.currency))] : []
  const currency = currencies.includes(view.currency) ? view.currency : currencies[0]
  const orders = all && all.orderCount + all.rejected.orderCount + all.rejected.sentBackCount
  return html`<${Heading} title=${t('analytics')}>
      ${currencies.length > 1 && html`<div class="row" role="group" aria-label=${t('currency')}>${currencies.map(each => html`<button type="button" class="chip" key=${each} aria-pressed=${each === currency} onClick=${() => show({currency: each})}>${each}</button>`)}</div>`}
      <${Menu} id="period" label=${t('period')} chosen=${months ? [t('lastMonths', months)] : []}
        options=${[0, ...MONTHS].map(each => ({key: each, label: each ? t('lastMonths', each) : t('anyTime'), isOn: months === each, toggle: () => show({months: each || ''})}))} />
      <button type="button" class="btn" onClick=${excel} disabled=${!orders}><${Icon} name="sheet" />${t('excel')}</button><//>
    ${loaded.error && html`<${Failure} error=${loaded.error} retry=${loaded.again} />`}
    ${!all && !loaded.error && html`<${Loading} />`}
    ${all && !orders && html`<div class="card empty"><${Icon} name="sheet" /><h2>${t('noFigures')}</h2></div>`}
    ${orders > 0 && html`<div class="stack" aria-busy=${loaded.isLoading}>
      <section class="card" aria-label=${t('figures')}><dl class="tiles in">
        <div><dt>${t('ordersTaken')}</dt><dd>${number(all.orderCount)}</dd></div>
        <div><dt>${t('quantity')}</dt><dd>${number(all.totalQuantity)}</dd></div>
        <div><dt>${t('amountTaken')}</dt><dd>${money({amount: amountIn(all, currency), currency})}<small>${all.totals.filter(each => each.currency !== currency).map(money).join(' · ')}</small></dd></div>
        <div><dt>${t('rejectedOrders')}</dt><dd class="bad">${number(all.rejected.orderCount)}<small>${t('ofAll', percent(all.rejected.orderCount / orders))}</small></dd></div>
        <div><dt>${t('sentBackOrders')}</dt><dd>${number(all.rejected.sentBackCount)}</dd></div></dl></section>
      <div class="note ok"><${Icon} name="check" /><div><strong>${t('sumTitle', number(all.orderCount), number(all.rejected.orderCount), number(all.rejected.sentBackCount), number(orders))}</strong> <span class="small">${t('sumMore')} <${Link} to="/console">${t('showList')}<//></span></div></div>
      <${Months} taken=${all.groups} rejected=${all.rejected.byMonth} currency=${currency} />
      <div class="halves">
        <${Bars} id="reason" title=${t('byReason')} groups=${all.rejected.byReason} currency=${currency} fill="b" />
        <${Bars} id="person" title=${t('byPerson')} groups=${all.rejected.byActor} currency=${currency} fill="b" />
        <${Bars} id="catalog" title=${t('byCatalog')} groups=${loaded.data.catalogs.groups} currency=${currency} fill="a" /></div></div>`}`
}

/** 1, 2, 2.5, 5 or 10 times a power of ten, and not less than a quarter of `most`: the distance of the grid's lines. */
function stepFor(most) {
  const quarter = most / 4 || 1
  const power = 10 ** Math.floor(Math.log10(quarter))
  return [1, 2, 2.5, 5, 10].find(each => each * power >= quarter) * power
}

/** @typedef {import('./api.js').Operations['Analytics']['data']['catalogs']['groups']} Groups */

/** @param {{taken: Groups, rejected: Groups, currency: string}} props */
function Months({taken, rejected, currency}) {
  const keys = [...new Set([...taken, ...rejected].map(each => each.key))].sort().slice(-MOST_BARS)
  const rows = keys.map(key => ({
    key,
    name: month(key),
    taken: amountIn(taken.find(each => each.key === key), currency),
    rejected: amountIn(rejected.find(each => each.key === key), currency),
  }))
  const step = stepFor(Math.max(...rows.map(each => Math.max(each.taken, each.rejected))))
  const [left, top, height, width] = [68, 18, 180, 1160]
  const y = value => top + height - (value / (4 * step)) * height
  const slot = (width - left) / rows.length
  const bar = Math.min(56, slot * 0.4)
  const small = Math.min(24, slot * 0.2)
  const said = value => compact({amount: value, currency})
  return html`<section class="card" aria-labelledby="h-months"><header><h2 id="h-months">${t('byMonth')}</h2><span class="push row">${[['a', 'takenKey'], ['b', 'rejectedKey']].map(([fill, label]) => html`<span class="key" key=${label}><svg viewBox="0 0 10 10" aria-hidden="true"><rect class=${fill} width="10" height="10" rx="2" /></svg>${t(label)}</span>`)}</span></header>
    <div class="in"><div class="scroll" tabindex="0" role="group" aria-labelledby="h-months"><svg class="chart" viewBox=${`0 0 ${width} 236`} role="img" aria-label=${t('byMonth')}>
      ${[0, 1, 2, 3, 4].map(each => html`<line class="grid" x1=${left} x2=${width} y1=${y(each * step)} y2=${y(each * step)} /><text x=${left - 8} y=${y(each * step) + 4} text-anchor="end">${said(each * step)}</text>`)}
      ${rows.map((each, index) => {
        const middle = left + slot * (index + 0.5)
        const start = middle - (bar + 6 + small) / 2
        return html`<g key=${each.key}><title>${t('barsOf', each.name, said(each.taken), said(each.rejected))}</title>
          <rect class="a" x=${start} y=${y(each.taken)} width=${bar} height=${top + height - y(each.taken)} rx="3" />
          <rect class="b" x=${start + bar + 6} y=${y(each.rejected)} width=${small} height=${top + height - y(each.rejected)} rx="2" />
          ${rows.length <= 12 && html`<text class="v" x=${start + bar / 2} y=${y(each.taken) - 6} text-anchor="middle">${said(each.taken)}</text>`}
          <text x=${middle} y=${top + height + 22} text-anchor="middle">${each.name}</text></g>`
      })}</svg></div></div>
    <details class="in small"><summary>${t('asTable')}</summary><table><caption class="vh">${t('byMonth')}</caption><thead><tr><th scope="col">${t('monthName')}</th><th scope="col" class="num">${t('taken')}</th><th scope="col" class="num">${t('rejectedOrders')}</th></tr></thead>
      <tbody>${rows.map(each => html`<tr key=${each.key}><th scope="row">${each.name}</th><td class="num">${money({amount: each.taken, currency})}</td><td class="num">${money({amount: each.rejected, currency})}</td></tr>`)}</tbody></table></details></section>`
}

/**
 * A table whose numbers of orders are bars, too.
 * @param {{id: string, title: string, groups: Groups, currency: string, fill: string}} props
 */
function Bars({id, title, groups, currency, fill}) {
  const most = Math.max(1, ...groups.map(each => each.orderCount))
  return html`<section class="card" aria-labelledby=${`h-${id}`}><header><h2 id=${`h-${id}`}>${title}</h2></header>
    ${groups.length === 0 && html`<p class="in small mute">${t('nothing')}</p>`}
    ${groups.length > 0 && html`<table class="bars"><caption class="vh">${title}</caption><thead class="vh"><tr><th scope="col">${title}</th><th scope="col">${t('count')}</th><th scope="col">${t('amountTaken')}</th></tr></thead>
      <tbody>${[...groups].sort((one, two) => two.orderCount - one.orderCount).slice(0, MOST_ROWS).map(each => html`<tr key=${each.key}><th scope="row">${each.label || t('noReason')}</th>
        <td><span class="row"><svg viewBox="0 0 132 16" class="meter" aria-hidden="true"><rect class="c" width="132" height="16" rx="3" /><rect class=${fill} width=${(132 * each.orderCount) / most} height="16" rx="3" /></svg><span class="num">${number(each.orderCount)}</span></span></td>
        <td class="num mute">${money({amount: amountIn(each, currency), currency})}</td></tr>`)}</tbody></table>`}</section>`
}
