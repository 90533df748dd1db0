// The history of judgment: who decided what, and why.

import {download, graphql, language} from './api.js'
import {listen} from './live.js'
import {Failure, Heading, Icon, Link, Loading, Menu, Pages, SearchBox, html, useEffect, useLoaded, useScreen, useState, useView} from './parts.js'
import {add, day, dayAfter, dayIn, hourIn, midnight, number, t} from './texts.js'

add({
  historyAbout: ['Who decided what, and why. It cannot be changed.', '誰が、何を、なぜ判断したか。変更はできません。'],
  historySearch: ['Order code or who', '注文番号・担当者'],
  everything: ['Everything', 'すべて'],
  rejections: ['Rejections', '却下'],
  sentBack: ['Sent back', '差し戻し'],
  confirmations: ['Order confirmations', '注文確認書'],
  deliveries: ['Deliveries and invoices', '納品・請求'],
  settingsEvents: ['Tags and settings', 'タグ・設定'],
  who: ['Who', '実行者'],
  time: ['Time', '時刻'],
  whatAndWhy: ['What and why', '内容と理由'],
  chain: ['Chain', '連番'],
  noEntries: ['No entries match', '該当する履歴はありません'],
})

const PAGE = 50
const DAYS = [7, 30, 90]
const GROUPS = new Map([
  ['rejections', ['ORDER_REJECTED']],
  ['sentBack', ['SENT_BACK_TO_CART']],
  ['confirmations', ['OC_CREATED', 'OC_UPDATED', 'OC_APPROVED', 'OC_REFUSED', 'OC_CONFIRMED', 'OC_MADE_EDITABLE']],
  ['deliveries', [
    'BACKLOG_SKUS_CREATED', 'DELIVERY_NOTE_CREATED', 'DELIVERY_NOTE_UPDATED', 'DELIVERY_NOTE_DELETED',
    'INVOICE_CREATED', 'INVOICE_ISSUED', 'INVOICE_VOIDED', 'INVOICE_DELETED',
  ]],
  ['settingsEvents', [
    'TAGS_APPLIED', 'TAG_CREATED', 'TAG_UPDATED', 'TAG_DELETED', 'REJECTION_REASON_CREATED', 'REJECTION_REASON_UPDATED',
    'BRAND_SETTINGS_UPDATED', 'BUYER_CREATED', 'BUYER_UPDATED', 'BUYER_ERASED', 'SKU_UPDATED', 'API_KEY_CREATED',
    'API_KEY_ROTATED', 'API_KEY_REVOKED', 'USER_SIGNED_OUT', 'WEBHOOK_CREATED', 'WEBHOOK_UPDATED', 'WEBHOOK_SECRET_ROTATED', 'WEBHOOK_PAUSED',
    'WEBHOOK_RESUMED', 'WEBHOOK_DELETED', 'WEBHOOK_TESTED', 'WEBHOOK_REPLAYED',
  ]],
])
/** @type {[RegExp, string, string][]} */
const GLYPHS = [
  [/^(ORDER_REJECTED)/, 'ban', 'no'],
  [/^(SENT_BACK)/, 'back', 'out'],
  [/^OC_REFUSED/, 'alert', 'todo'],
  [/^OC_/, 'check', 'run'],
  [/^DELIVERY|^BACKLOG/, 'truck', 'out'],
  [/^INVOICE/, 'receipt', 'out'],
  [/^TAG/, 'tag', 'out'],
  [/^ORDER_PLACED|_CREATED$/, 'plus', 'out'],
  [/^API_KEY/, 'key', 'out'],
  [/^NOTIFICATION/, 'mail', 'out'],
  [/^ORDER_ARCHIVED/, 'archive', 'out'],
]
const glyphOf = kind => GLYPHS.find(([pattern]) => pattern.test(kind)) ?? [/./, 'shield', 'out']

/** @param {import('./app.js').Shared} props */
export function Screen({search, user, say, failed}) {
  const [view, show] = useView('history', search)
  const [added, setAdded] = useState(0)
  const days = DAYS.find(each => `${each}` === view.days) ?? 0
  const filter = {
    ...(view.q?.trim() && {search: view.q.trim()}),
    ...(GROUPS.has(view.group) && {kinds: GROUPS.get(view.group)}),
    ...(view.who && {actors: [view.who]}),
    ...(days && {atFrom: midnight(dayAfter(dayIn(user.zone), -days), user.zone)}),
  }
  const part = view.before ? {last: PAGE, before: view.before} : {first: PAGE, after: view.after ?? null}
  const page = useLoaded(signal => graphql('History', {filter, ...part}, signal), [JSON.stringify(filter), view.after, view.before])
  const members = useLoaded(signal => graphql('Members', {}, signal), [])
  useScreen(t('history'), page, failed)
  useEffect(() => listen(() => setAdded(each => each + 1)), [])

  const excel = async () => {
    try {
      download((await graphql('HistoryExcel', {filter, locale: language.get()})).historyExcel)
    } catch (error) {
      failed(error) || say(error.message, 'no')
    }
  }
  const found = page.data?.history
  const total = found && number(found.totalCount)
  const group = GROUPS.has(view.group) ? view.group : 'everything'
  // Each day has a heading, in the brand's zone.
  const byDay = new Map()
  for (const each of found?.nodes ?? []) {
    const date = dayIn(user.zone, new Date(each.at))
    byDay.set(date, [...(byDay.get(date) ?? []), each])
  }
  return html`<${Heading} title=${t('history')} about=${t('historyAbout')}><button type="button" class="btn" onClick=${excel} disabled=${!found?.totalCount}><${Icon} name="sheet" />${t('excel')}</button><//>
    <div class="stack"><search><form class="row" onSubmit=${event => event.preventDefault()}>
      <${SearchBox} label=${t('historySearch')} hint=${t('historySearch')} value=${view.q ?? ''} onSearch=${q => show({q})} />
      <${Menu} id="who" label=${t('who')} chosen=${view.who ? [view.who] : []}
        options=${(members.data?.members ?? []).map(each => ({key: each.actorId, label: each.name, isOn: view.who === each.name, toggle: () => show({who: view.who === each.name ? '' : each.name})}))} />
      <${Menu} id="days" label=${t('time')} chosen=${days ? [t('lastDays', days)] : []}
        options=${[0, ...DAYS].map(each => ({key: each, label: each ? t('lastDays', each) : t('anyTime'), isOn: days === each, toggle: () => show({days: each || ''})}))} />
      <button type="button" class="btn ghost slim push" onClick=${() => show({q: '', who: '', days: '', group: ''})}>${t('clearFilters')}</button></form>
      <ul class="chips">${['everything', ...GROUPS.keys()].map(each => html`<li key=${each}><button type="button" class="chip" aria-pressed=${group === each} onClick=${() => show({group: each === 'everything' ? '' : each})}>${t(each)}</button></li>`)}</ul></search>
    <p class="vh" role="status">${total && t('entries', total)}</p>
    ${added > 0 && html`<p><button type="button" class="chip" data-on="" onClick=${() => {
      setAdded(0)
      page.again()
    }}><${Icon} name="refresh" />${t('showNew', added)}</button></p>`}
    ${page.error && html`<${Failure} error=${page.error} retry=${page.again} />`}
    ${!found && !page.error && html`<${Loading} />`}
    ${found?.nodes.length === 0 && html`<div class="card empty"><${Icon} name="search" /><h2>${t('noEntries')}</h2><p class="small">${t('noOrdersMore')}</p></div>`}
    ${found?.nodes.length > 0 && html`<div class="frame fold" aria-busy=${page.isLoading}><table><caption class="vh">${t('history')}</caption>
      <thead><tr><th scope="col">${t('time')}</th><th scope="col">${t('who')}</th><th scope="col">${t('whatAndWhy')}</th><th scope="col">${t('order')}</th><th scope="col" class="num">${t('chain')}</th></tr></thead>
      ${[...byDay].map(([date, entries]) => html`<tbody key=${date}><tr class="day"><th colspan="5" scope="rowgroup" class="full">${day(date)}</th></tr>
        ${entries.map(each => {
          const [, icon, tone] = glyphOf(each.kind)
          return html`<tr key=${each.id}><td><time datetime=${each.at}>${hourIn(user.zone, each.at)}</time></td>
            <td class="grow who"><${Icon} name=${each.actorKind === 'APP' ? 'app' : 'user'} /> ${each.actor}</td>
            <td class="full"><div class="row entry"><span class=${`glyph ${tone}`}><${Icon} name=${icon} /></span><span>${each.summary}</span></div></td>
            <td>${each.order && html`<${Link} class="code" to=${`/console/orders/${each.order.id}`}>${each.order.code}<//>`}</td>
            <td class="num mute">${each.sequence && `#${number(each.sequence)}`}</td></tr>`
        })}</tbody>`)}</table>
      <${Pages} said=${t('entries', total)} info=${found.pageInfo} onTurn=${change => show(change, false)} /></div>`}</div>`
}
