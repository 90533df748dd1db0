// One order: what was ordered and confirmed, its documents, mails and history, and what can be done now.

import {download, graphql, language} from './api.js'
import {Dialog, Failure, Icon, Link, Loading, Note, Status, Tag, Time, html, useEffect, useLoaded, useState} from './parts.js'
import {listen} from './live.js'
import {RejectTheOrder} from './reject.js'
import {money, moment, number, t} from './texts.js'

// What the screen can do itself. Other actions are shown with what the API says of them.
const DONE_HERE = {
  REJECT: {icon: 'ban', label: 'rejectThis', tone: 'danger'},
  ARCHIVE: {icon: 'archive', label: 'archiveOrder', tone: ''},
  APPLY_TAGS: {icon: 'tag', label: 'applyTags', tone: ''},
}

export function Detail({id, user, say, failed}) {
  const isBuyer = user.viewer.role === 'BUYER'
  const loaded = useLoaded(signal => graphql(isBuyer ? 'BuyerOrder' : 'Order', {id}, signal), [id])
  const [open, setOpen] = useState('')
  const order = loaded.data?.order
  const canReject = order?.actions.find(each => each.action === 'REJECT')?.allowed

  useEffect(() => {
    if (loaded.error) failed(loaded.error)
  }, [loaded.error])
  useEffect(() => listen(event => {
    if (!event || event.order?.id === id) loaded.again()
  }), [id])
  useEffect(() => {
    if (order) document.title = `${t('order')} ${order.code}`
  }, [order?.code])
  useEffect(() => {
    const press = event => {
      if (event.target.closest('input, textarea, select, dialog') || event.metaKey || event.ctrlKey || event.altKey) return
      if (event.key === 'r' && canReject) {
        event.preventDefault()
        setOpen('REJECT')
      }
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [canReject])

  if (loaded.error && !order) {
    return loaded.error.code === 'BAD_USER_INPUT' ? html`<${Nowhere} />` : html`<${Failure} error=${loaded.error} retry=${loaded.again} />`
  }
  if (!loaded.data) return html`<${Loading} />`
  if (!order) return html`<${Nowhere} />`

  const open_ = async kind => {
    try {
      const found = (await graphql('OrderDownloads', {id, locale: language.get()})).order[kind]
      download(found)
    } catch (error) {
      failed(error) || say(error.message, 'no')
    }
  }
  const done = text => {
    setOpen('')
    if (text) say(text)
    loaded.again()
    document.querySelector('h1')?.focus()
  }
  const resend = async notificationId => {
    try {
      const {userErrors} = (await graphql('ResendNotification', {input: {notificationId}})).resendNotification
      userErrors.length ? say(userErrors[0].message, 'no') : done(t('saved'))
    } catch (error) {
      failed(error) || say(error.message, 'no')
    }
  }
  const zone = user.zone
  const shared = {order, user, failed, onDone: done, onClose: () => setOpen('')}
  return html`
    <nav class="crumbs" aria-label=${t('transactions')}><ol><li>${t('transactions')}</li><li><${Link} to="/console">${t('orderManagement')}<//></li><li>${order.code}</li></ol></nav>
    <div class="head row"><div class="grow"><h1 class="row" tabindex="-1">${t('order')} ${order.code} <${Status} order=${order} />
      ${order.isArchived && html`<span class="badge out"><${Icon} name="archive" />${t('archived')}</span>`}</h1>
      <p class="mute small">${order.buyer.name} · ${t('placed')} <${Time} at=${order.placedAt} zone=${zone} full /> · ${t('version')} ${order.version}</p></div>
      ${order.rejection && html`<p class="stamp" aria-label=${t(isBuyer ? 'declinedStamp' : 'rejectedStamp')}><b>${t(isBuyer ? 'declinedStamp' : 'rejectedStamp')}</b>
        <span>${moment(order.rejection.rejectedAt, zone, true)}</span><span>${order.rejection.rejectedBy}</span></p>`}
      <div class="row"><button type="button" class="btn" onClick=${() => open_('pdf')}><${Icon} name="doc" />${t('pdf')}</button>
        <button type="button" class="btn" onClick=${() => open_('excel')}><${Icon} name="sheet" />${t('excel')}</button></div></div>
    <div class="cols"><div class="stack">
      ${order.rejection && html`<${Rejection} rejection=${order.rejection} isBuyer=${isBuyer} />`}
      <${Lines} order=${order} />
      <${Parties} order=${order} />
      <${Documents} order=${order} zone=${zone} />
      ${!isBuyer && html`<${Mails} order=${order} zone=${zone} resend=${resend} />`}
      ${!isBuyer && html`<section class="card" aria-labelledby="h-history"><header><h2 id="h-history">${t('history')}</h2></header>
        <ol class="timeline in">${[...order.history.nodes].reverse().map(each => html`<li key=${each.id}><span class="glyph"><${Icon} name="right" /></span>
          <span>${each.summary}</span><${Time} at=${each.at} zone=${zone} /></li>`)}</ol></section>`}
    </div>
    <aside class="stack" aria-label=${t('actions')}>
      <${Actions} order=${order} open=${setOpen} />
      ${!isBuyer && html`<section class="card" aria-labelledby="h-tags"><header><h2 id="h-tags">${t('tags')}</h2></header>
        <p class="in row">${order.tags.length ? order.tags.map(tag => html`<${Tag} key=${tag.id} tag=${tag} />`) : html`<span class="mute small">${t('nothing')}</span>`}</p></section>`}
    </aside></div>
    ${open === 'REJECT' && html`<${RejectTheOrder} ...${shared} />`}
    ${open === 'APPLY_TAGS' && html`<${ApplyTags} ...${shared} />`}
    ${open === 'ARCHIVE' && html`<${ArchiveOrder} ...${shared} />`}`
}

const Nowhere = () => html`<div class="card empty"><${Icon} name="search" /><h1>${t('notFound')}</h1><p class="small">${t('notFoundMore')}</p>
  <${Link} class="btn" to="/console">${t('toTheList')}<//></div>`

function Rejection({rejection, isBuyer}) {
  const label = rejection.reason && (language.get() === 'JA' ? rejection.reason.labelJa : rejection.reason.labelEn)
  return html`<section class="card" aria-labelledby="h-rejection"><header><h2 id="h-rejection">${t(isBuyer ? 'declinedStamp' : 'rejectedStamp')}</h2></header><dl class="facts in">
    ${!isBuyer && html`<div><dt>${t('reason')}</dt><dd class="strong">${label ?? t('noReason')}</dd></div>
      ${rejection.note && html`<div><dt>${t('internalNote')}</dt><dd class="quote">${rejection.note}</dd></div>`}`}
    <div><dt>${t('message')}</dt><dd>${rejection.body ? html`<p class="quote">${rejection.body}</p>` : '–'}</dd></div>
    ${!isBuyer && html`<div><dt>${t('mail')}</dt><dd>${t(rejection.notified ? 'notified' : 'notNotified')}</dd></div>`}</dl></section>`
}

/** Both versions of the order side by side, by SKU. */
function Lines({order}) {
  const [onlyDifferences, setOnlyDifferences] = useState(false)
  const confirmed = order.confirmation
  const rows = new Map(order.original.lines.map(line => [line.sku.id, {sku: line.sku, was: line}]))
  for (const line of confirmed?.lines ?? []) rows.set(line.sku.id, {...rows.get(line.sku.id), sku: line.sku, is: line})
  const all = [...rows.values()].map(row => ({
    ...row,
    differs: confirmed && (row.was?.quantity !== row.is?.quantity || row.was?.unitPrice.amount !== row.is?.unitPrice.amount),
  }))
  const differing = all.filter(row => row.differs).length
  const cells = (line, label) => html`<td class="num edge" data-l=${label}>${line ? number(line.quantity) : '–'}</td>
    <td class="num">${line ? money(line.unitPrice) : '–'}</td><td class="num">${line ? money(line.amount) : '–'}</td>`
  const heads = html`<th scope="col" class="num edge">${t('quantity')}</th><th scope="col" class="num">${t('unitPrice')}</th><th scope="col" class="num">${t('amount')}</th>`
  return html`<section class="card fold lines" aria-labelledby="h-lines"><header><h2 id="h-lines">${t('lines')}</h2>
      ${differing > 0 && html`<span class="badge todo">${t('differ', differing)}</span><label class="push small"
        ><input type="checkbox" checked=${onlyDifferences} onChange=${() => setOnlyDifferences(!onlyDifferences)} /> ${t('onlyDifferences')}</label>`}</header>
    <table><thead>
      ${confirmed && html`<tr><th scope="col" rowspan="2">${t('product')}</th><th scope="colgroup" colspan="3" class="edge">${t('original')}</th><th scope="colgroup" colspan="3" class="edge">${t('confirmation')}</th></tr>`}
      <tr>${!confirmed && html`<th scope="col">${t('product')}</th>`}${heads}${confirmed && heads}</tr></thead>
    <tbody>${all.filter(row => row.differs || !onlyDifferences).map(row => html`<tr key=${row.sku.id} class=${confirmed && !row.is ? 'cut' : confirmed && !row.was ? 'add' : ''}>
      <th scope="row" class="full"><span class="strong">${row.sku.name}</span>${confirmed && !row.is && html` <span class="xs bad strong">${t('removed')}</span>`}
        ${confirmed && !row.was && html` <span class="xs strong"><ins>${t('added')}</ins></span>`}<br /><span class="xs mute">${row.sku.number}</span></th>
      ${cells(row.was, t('original'))}${confirmed && cells(row.is, t('confirmation'))}</tr>`)}</tbody>
    <tfoot><tr><th scope="row" class="full">${t('total')}</th><td class="num edge" colspan="3" data-l=${t('original')}>${money(order.original.total)}</td>
      ${confirmed && html`<td class="num edge" colspan="3" data-l=${t('confirmation')}>${money(confirmed.total)}</td>`}</tr></tfoot></table></section>`
}

const Parties = ({order}) => html`<section class="card" aria-labelledby="h-parties"><header><h2 id="h-parties">${t('parties')}</h2></header><dl class="facts in">
  <div><dt>${t('buyer')}</dt><dd class="strong">${order.buyer.name} ${order.buyer.isOffline && html`<span class="tag">${t('offline')}</span>`}</dd></div>
  <div><dt>${t('mailsGoTo')}</dt><dd>${order.buyer.emailRecipients.join(', ') || t('nobody')}</dd></div>
  <div><dt>${t('address')}</dt><dd>${[order.buyer.address, order.buyer.country].filter(Boolean).join(', ') || '–'}</dd></div>
  ${order.replaces && html`<div><dt>${t('replaces')}</dt><dd><${Link} to=${`/console/orders/${order.replaces.id}`}>${order.replaces.code}<//></dd></div>`}</dl></section>`

function Documents({order, zone}) {
  const rows = [
    ...order.deliveryNotes.map(each => ({key: each.id, kind: t('deliveryNote'), code: each.code, at: each.createdAt})),
    ...order.invoices.map(each => ({key: each.id, kind: t('invoice'), code: each.number ?? each.code, at: each.createdAt})),
  ]
  const backlog = order.backlogSkus ?? []
  return html`<section class="card fold" aria-labelledby="h-documents"><header><h2 id="h-documents">${t('documents')}</h2></header>
    ${rows.length + backlog.length === 0 && html`<p class="in small mute">${t('noDocuments')}</p>`}
    ${rows.length > 0 && html`<table><tbody>${rows.map(each => html`<tr key=${each.key}><th scope="row">${each.kind}</th><td class="strong">${each.code}</td><td class="num"><${Time} at=${each.at} zone=${zone} /></td></tr>`)}</tbody></table>`}
    ${backlog.length > 0 && html`<p class="in small">${t('backlogSkus')}: ${backlog.map(each => `${each.sku.number} × ${number(each.orderedQuantity)}`).join(', ')}</p>`}</section>`
}

const TONES = {SENT: 'ok', FAILED: 'no', PENDING: 'run', CANCELLED: 'out', MAY_HAVE_BEEN_DELIVERED: 'todo'}
const STATES = {
  EN: {SENT: 'Sent', FAILED: 'Failed', PENDING: 'Waiting', CANCELLED: 'Cancelled', MAY_HAVE_BEEN_DELIVERED: 'May have been delivered'},
  JA: {SENT: '送信済み', FAILED: '失敗', PENDING: '送信待ち', CANCELLED: '取り消し', MAY_HAVE_BEEN_DELIVERED: '届いた可能性あり'},
}
const KINDS = {
  EN: {ORDER_REJECTED: 'Order declined', ORDER_SENT_BACK: 'Sent back to cart', CONFIRMATION_CREATED: 'Order confirmation created', CONFIRMATION_UPDATED: 'Order confirmation updated', CONFIRMATION_CONFIRMED: 'Order confirmed'},
  JA: {ORDER_REJECTED: '注文のお断り', ORDER_SENT_BACK: 'カートへの差し戻し', CONFIRMATION_CREATED: '注文確認書の作成', CONFIRMATION_UPDATED: '注文確認書の更新', CONFIRMATION_CONFIRMED: '注文の確定'},
}

const Mails = ({order, zone, resend}) => html`<section class="card fold" aria-labelledby="h-mails"><header><h2 id="h-mails">${t('mails')}</h2></header>
  ${order.notifications.length === 0
    ? html`<p class="in small mute">${t('noMails')}</p>`
    : html`<table><thead><tr><th scope="col">${t('mail')}</th><th scope="col">${t('to')}</th><th scope="col">${t('state')}</th><th scope="col"><span class="vh">${t('actions')}</span></th></tr></thead>
      <tbody>${order.notifications.map(each => html`<tr key=${each.id}><th scope="row" class="full">${KINDS[language.get()][each.kind] ?? each.kind}</th><td>${each.to.join(', ')}</td>
        <td><span class=${`badge ${TONES[each.status]}`}>${STATES[language.get()][each.status] ?? each.status}</span> <span class="xs mute"><${Time} at=${each.sentAt ?? each.createdAt} zone=${zone} /> ${each.lastError ?? ''}</span></td>
        <td class="num">${['FAILED', 'MAY_HAVE_BEEN_DELIVERED'].includes(each.status) && html`<button type="button" class="btn slim" onClick=${() => resend(each.id)}><${Icon} name="refresh" />${t('resend')}</button>`}</td></tr>`)}</tbody></table>`}</section>`

function Actions({order, open}) {
  const own = order.actions.filter(each => DONE_HERE[each.action])
  const possible = own.filter(each => each.allowed)
  const impossible = own.filter(each => !each.allowed)
  const button = (verdict, index) => {
    const {icon, label, tone} = DONE_HERE[verdict.action]
    const why = `why-${verdict.action}`
    return html`<div key=${verdict.action}><button type="button" class=${`btn wide ${verdict.allowed ? tone : ''}`} aria-disabled=${verdict.allowed ? undefined : 'true'}
      aria-describedby=${verdict.allowed ? undefined : why} onClick=${() => verdict.allowed && open(verdict.action)}><${Icon} name=${icon} />${t(label)}${verdict.action === 'REJECT' && verdict.allowed && html`<kbd class="push" aria-hidden="true">R</kbd>`}</button>
      ${!verdict.allowed && html`<p id=${why}>${verdict.blockers.map(each => each.message).join(' ')}</p>`}</div>`
  }
  return html`<section class="card why no-print" aria-labelledby="h-actions"><header><h2 id="h-actions">${t('actions')}</h2></header>
    ${possible.length > 0 && html`<div class="in acts">${possible.map(button)}</div>`}
    ${impossible.length > 0 && html`<details class="in" open><summary>${t('notPossible', impossible.length)}</summary><div class="acts">${impossible.map(button)}</div></details>`}</section>`
}

function ApplyTags({order, user, failed, onDone, onClose}) {
  const [ids, setIds] = useState(order.tags.map(each => each.id))
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  const save = async event => {
    event.preventDefault()
    setBusy(true)
    try {
      const {userErrors} = (await graphql('ApplyTags', {input: {orderId: order.id, tagIds: ids}})).applyTags
      if (!userErrors.length) return onDone(t('saved'))
      setProblem(userErrors[0].message)
    } catch (error) {
      failed(error) || setProblem(error.message)
    }
    setBusy(false)
  }
  return html`<${Dialog} label="tags-title" busy=${isBusy} onClose=${onClose}><form onSubmit=${save}><header><h2 id="tags-title">${t('applyTags')}</h2></header>
    <div class="in stack tight">${problem && html`<${Note} tone="no" icon="alert" role="alert" title=${problem} />`}
      ${user.tags.map(each => html`<label key=${each.id}><input type="checkbox" checked=${ids.includes(each.id)} onChange=${() => setIds(ids.includes(each.id) ? ids.filter(id => id !== each.id) : [...ids, each.id])} /> <${Tag} tag=${each} /></label>`)}
      ${user.tags.length === 0 && html`<p class="small mute">${t('nothing')}</p>`}</div>
    <footer><button type="button" class="btn push" onClick=${onClose} disabled=${isBusy}>${t('cancel')}</button><button class="btn primary" aria-busy=${isBusy} disabled=${isBusy}>${t('save')}</button></footer></form><//>`
}

function ArchiveOrder({order, failed, onDone, onClose}) {
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  const archive = async event => {
    event.preventDefault()
    setBusy(true)
    try {
      const {userErrors} = (await graphql('ArchiveOrder', {input: {orderId: order.id}})).archiveOrder
      if (!userErrors.length) return onDone(t('wasArchived'))
      setProblem(userErrors[0].message)
    } catch (error) {
      failed(error) || setProblem(error.message)
    }
    setBusy(false)
  }
  return html`<${Dialog} label="archive-title" busy=${isBusy} onClose=${onClose}><form onSubmit=${archive}><header><h2 id="archive-title">${t('archiveOrder')}</h2></header>
    <div class="in stack tight">${problem && html`<${Note} tone="no" icon="alert" role="alert" title=${problem} />`}<p>${t('archiveQuestion')}</p></div>
    <footer><button type="button" class="btn push" onClick=${onClose} disabled=${isBusy}>${t('cancel')}</button><button class="btn primary" aria-busy=${isBusy} disabled=${isBusy}>${t('archiveOrder')}</button></footer></form><//>`
}
