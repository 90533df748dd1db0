// One order: what was ordered and confirmed, its documents, mails and history, and what can be done now.

import {download, graphql, language} from './api.js'
import {Failure, Icon, Link, Linked, Loading, Status, Tag, Time, focusOn, html, useEffect, useLoaded, useState} from './parts.js'
import {useKeys} from './keyboard.js'
import {listen} from './live.js'
import {RejectTheOrder} from './reject.js'
import {Mails, MailShown} from './sent.js'
import {money, moment, number, t} from './texts.js'

/** @typedef {import('./api.js').Order} Order a buyer's has less: see BuyerOrder.graphql */

// The actions in the order of an order's life. `forBuyer`: who does it.
/** @type {Record<string, {icon: string, label: string, tone?: string, forBuyer?: boolean}>} */
const ACTIONS = {
  CREATE_CONFIRMATION: {icon: 'plus', label: 'createOc'},
  UPDATE_CONFIRMATION: {icon: 'edit', label: 'updateOc'},
  APPROVE_CONFIRMATION: {icon: 'check', label: 'approveOc', forBuyer: true},
  REFUSE_CONFIRMATION: {icon: 'back', label: 'refuseOc', forBuyer: true},
  CONFIRM: {icon: 'check', label: 'confirmOc'},
  CREATE_BACKLOG_SKUS: {icon: 'box', label: 'createBacklog'},
  CREATE_DELIVERY_NOTE: {icon: 'truck', label: 'createNote'},
  CREATE_INVOICE: {icon: 'receipt', label: 'createInvoice'},
  INVOICE_DELIVERY_NOTES: {icon: 'receipt', label: 'invoiceNotes'},
  MAKE_CONFIRMATION_EDITABLE: {icon: 'unlock', label: 'makeEditable'},
  REJECT: {icon: 'ban', label: 'rejectThis', tone: 'danger'},
  SEND_BACK_TO_CART: {icon: 'back', label: 'sendBack'},
  ASSIGN: {icon: 'user', label: 'assign'},
  SET_EXTERNAL_REFERENCE: {icon: 'app', label: 'setReference'},
  APPLY_TAGS: {icon: 'tag', label: 'applyTags'},
  ARCHIVE: {icon: 'archive', label: 'archiveOrder'},
}
// What usually comes next, first to last: the first of these that is possible is the view's one primary button.
const NEXT = ['APPROVE_CONFIRMATION', 'CONFIRM', 'CREATE_CONFIRMATION', 'UPDATE_CONFIRMATION', 'CREATE_DELIVERY_NOTE', 'INVOICE_DELIVERY_NOTES']

const WRITERS = ['ADMIN', 'WRITE', 'APP', 'OPERATOR']

const FIRST = {
  OC_REQUIRED: 'hintCreateFirst',
  OC_UPDATE_REQUIRED: 'hintUpdateFirst',
  OC_CREATED: 'hintConfirmFirst',
  OC_APPROVED: 'hintConfirmFirst',
  OC_CONFIRMED: 'hintConfirmed',
}

/**
 * What to do about a blocker, where its message does not say so.
 * @param {string} action @param {string} code @param {Order} order
 */
function hintOf(action, code, order) {
  if (code === 'NOT_PERMITTED') return t('hintNotPermitted')
  if (code !== 'STATUS_NOT_ELIGIBLE' || ACTIONS[action].forBuyer) return ''
  if (action === 'ARCHIVE') return t('hintArchive')
  if (action === 'CREATE_CONFIRMATION') return t('hintOcExists')
  if (action === 'UPDATE_CONFIRMATION' && order.status === 'OC_APPROVED') return t('hintApproved')
  if (action === 'UPDATE_CONFIRMATION' && order.status === 'OC_CONFIRMED') return t('hintMakeEditable')
  return t(FIRST[order.status])
}

/** @param {import('./app.js').Shared & {id: string}} props */
export function Detail({id, user, say, failed}) {
  const isBuyer = user.viewer.role === 'BUYER'
  const loaded = useLoaded(async signal => /** @type {{order: Order}} */ (await graphql(isBuyer ? 'BuyerOrder' : 'Order', {id}, signal)), [id])
  const [open, setOpen] = useState(/** @type {{kind: string, subject?: any}} */ ({kind: ''}))
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
  // A link to a document of the order.
  useEffect(() => {
    const at = location.hash && document.getElementById(location.hash.slice(1))
    if (!at) return
    at.scrollIntoView({block: 'center'})
    at.focus()
  }, [order?.id])
  /**
   * @template {'OrderDownloads' | 'DocumentPdf'} Name
   * @param {Name} operation @param {{id: string}} variables
   * @param {(data: import('./api.js').Operations[Name]['data']) => {url: string, filename: string}} find
   */
  const fetchFile = async (operation, variables, find) => {
    try {
      download(find(await graphql(operation, {...variables, locale: language.get()})))
    } catch (error) {
      failed(error) || say(error.message, 'no')
    }
  }
  const fetchPdf = () => fetchFile('OrderDownloads', {id}, each => each.order.pdf)
  const fetchExcel = () => fetchFile('OrderDownloads', {id}, each => each.order.excel)
  useKeys(key => {
    if (key === 'r' && canReject) setOpen({kind: 'REJECT'})
    else if (key === 'p' && order) fetchPdf()
    else if (key === 'e' && order) fetchExcel()
    else return false
    return true
  })

  if (loaded.error && !order) {
    return loaded.error.code === 'BAD_USER_INPUT' ? html`<${Nowhere} />` : html`<${Failure} error=${loaded.error} retry=${loaded.again} />`
  }
  if (!loaded.data) return html`<${Loading} />`
  if (!order) return html`<${Nowhere} />`

  // A dialog stays, busy, until the order is shown as it is now: the next command is then about that.
  const done = async text => {
    await loaded.again()
    setOpen({kind: ''})
    say(text)
    // After the dialog, which gives the focus back as it goes.
    setTimeout(() => focusOn('h1'))
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
  const shared = {order, user, failed, onDone: done, onClose: () => setOpen({kind: ''})}
  const mayWrite = WRITERS.includes(user.viewer.role)
  return html`
    <nav class="crumbs" aria-label=${t('transactions')}><ol><li>${t('transactions')}</li><li><${Link} to="/console">${t('orderManagement')}<//></li><li>${order.code}</li></ol></nav>
    <div class="head row"><div class="grow"><h1 class="row" tabindex="-1">${t('order')} ${order.code} <${Status} order=${order} />
      ${order.isArchived && html`<span class="badge out"><${Icon} name="archive" />${t('archived')}</span>`}</h1>
      <p class="mute small">${order.buyer.name} · ${t('placed')} <${Time} at=${order.placedAt} zone=${zone} full /> · ${t('version')} ${order.version}</p></div>
      ${order.rejection && html`<p class="stamp" aria-label=${t(isBuyer ? 'declinedStamp' : 'rejectedStamp')}><b>${t(isBuyer ? 'declinedStamp' : 'rejectedStamp')}</b>
        <span>${moment(order.rejection.rejectedAt, zone, true)}</span><span>${order.rejection.rejectedBy}</span></p>`}
      <div class="row"><button type="button" class="btn" onClick=${fetchPdf}><${Icon} name="doc" />${t('pdf')}</button>
        <button type="button" class="btn" onClick=${fetchExcel}><${Icon} name="sheet" />${t('excel')}</button></div></div>
    <div class="cols"><div class="stack">
      ${order.rejection && html`<${Rejection} rejection=${order.rejection} isBuyer=${isBuyer} />`}
      <${Steps} order=${order} zone=${zone} />
      <${Lines} order=${order} />
      <${Parties} order=${order} isBuyer=${isBuyer} />
      <${Documents} order=${order} zone=${zone} mayWrite=${mayWrite} open=${setOpen} pdf=${one => fetchFile('DocumentPdf', {id: one}, each => each.node.pdf)} />
      ${!isBuyer && html`<${Mails} order=${order} zone=${zone} resend=${resend} open=${setOpen} />`}
      ${!isBuyer && html`<section class="card" aria-labelledby="h-history"><header><h2 id="h-history">${t('history')}</h2></header>
        <ol class="timeline in">${[...order.history.nodes].reverse().map(each => html`<li key=${each.id}><span class="glyph"><${Icon} name="right" /></span>
          <span>${each.summary}</span><${Time} at=${each.at} zone=${zone} /></li>`)}</ol></section>`}
    </div>
    <aside class="stack" aria-label=${t('actions')}>
      <${Actions} order=${order} isBuyer=${isBuyer} open=${kind => setOpen({kind})} />
      ${!isBuyer && html`<section class="card" aria-labelledby="h-tags"><header><h2 id="h-tags">${t('tags')}</h2></header>
        <p class="in row">${order.tags.length ? order.tags.map(tag => html`<${Tag} key=${tag.id} tag=${tag} />`) : html`<span class="mute small">${t('nothing')}</span>`}</p></section>`}
    </aside></div>
    ${open.kind === 'REJECT' && html`<${RejectTheOrder} ...${shared} />`}
    ${open.kind === 'MAIL' && html`<${MailShown} id=${open.subject} ...${shared} />`}
    ${open.kind && !['REJECT', 'MAIL'].includes(open.kind) && html`<${Command} ...${open} ...${shared} />`}`
}

/** The forms are loaded when the first of them is opened. */
function Command(props) {
  const loaded = useLoaded(() => import('./documents.js'), [])
  if (loaded.error) return html`<${Failure} error=${loaded.error} retry=${loaded.again} />`
  return loaded.data && html`<${loaded.data.CommandDialog} ...${props} />`
}

// How far an order has come at least, by its status.
const REACHED = {OC_REQUIRED: 0, OC_CREATED: 1, OC_UPDATE_REQUIRED: 1, OC_APPROVED: 2, OC_CONFIRMED: 3}
const STEPS = [
  {label: 'stepPlaced', kind: 'ORDER_PLACED'},
  {label: 'stepCreated', kind: 'OC_CREATED'},
  {label: 'stepApproved', kind: 'OC_APPROVED', isOptional: true},
  {label: 'stepConfirmed', kind: 'OC_CONFIRMED'},
  {label: 'stepDelivered', kind: 'DELIVERY_NOTE_CREATED'},
]

/** @param {{order: Order, zone: string}} props */
function Steps({order, zone}) {
  // An import records when it ran, which may be long after the order was placed.
  const at = kind => (kind === 'ORDER_PLACED' ? order.placedAt : order.history?.nodes.find(each => each.kind === kind)?.at)
  const isEnded = !(order.status in REACHED)
  const isDelivered = order.deliveryStatus === 'DELIVERY_NOTE_CREATED'
  const reached = isDelivered ? 4 : REACHED[order.status] ?? 0
  const steps = STEPS.map((each, index) => ({...each, index, isDone: isEnded ? Boolean(at(each.kind)) : index <= reached}))
    .filter(each => !each.isOptional || at(each.kind) || order.status === 'OC_APPROVED')
    .filter(each => !isEnded || each.isDone)
  return html`<section class="card in no-print" aria-label=${t('progress')}><ol class="steps">
    ${steps.map(each => html`<li key=${each.label} class=${each.isDone && (isEnded || each.index < reached || isDelivered) ? 'done' : ''} aria-current=${!isEnded && each.index === reached ? 'step' : undefined}>${t(each.label)}
      <small>${each.isDone && at(each.kind) ? html`<${Time} at=${at(each.kind)} zone=${zone} />` : '–'}</small></li>`)}
    ${isEnded && html`<li class="halt" aria-current="step">${order.statusLabel}<small>${order.rejection ? html`<${Time} at=${order.rejection.rejectedAt} zone=${zone} />` : '–'}</small></li>`}</ol></section>`
}

const Nowhere = () => html`<div class="card empty"><${Icon} name="search" /><h1>${t('notFound')}</h1><p class="small">${t('notFoundMore')}</p>
  <${Link} class="btn" to="/console">${t('toTheList')}<//></div>`

/** @param {{rejection: Order['rejection'], isBuyer: boolean}} props */
function Rejection({rejection, isBuyer}) {
  const label = rejection.reason && (language.get() === 'JA' ? rejection.reason.labelJa : rejection.reason.labelEn)
  return html`<section class="card" aria-labelledby="h-rejection"><header><h2 id="h-rejection">${t(isBuyer ? 'declinedStamp' : 'rejectedStamp')}</h2></header><dl class="facts in">
    ${!isBuyer && html`<div><dt>${t('reason')}</dt><dd class="strong">${label ?? t('noReason')}</dd></div>
      ${rejection.note && html`<div><dt>${t('internalNote')}</dt><dd class="quote">${rejection.note}</dd></div>`}`}
    <div><dt>${t('message')}</dt><dd>${rejection.body ? html`<p class="quote">${rejection.body}</p>` : '–'}</dd></div>
    ${!isBuyer && html`<div><dt>${t('mail')}</dt><dd>${t(rejection.notified ? 'notified' : 'notNotified')}</dd></div>`}</dl></section>`
}

/**
 * Both versions of the order side by side, by SKU.
 * @param {{order: Order}} props
 */
function Lines({order}) {
  const [onlyDifferences, setOnlyDifferences] = useState(false)
  const confirmed = order.confirmation
  /** @typedef {Order['original']['lines'][number]} Line */
  /** @type {Map<string, {sku: Line['sku'], was?: Line, is?: Line}>} */
  const rows = new Map(order.original.lines.map(line => [line.sku.id, {sku: line.sku, was: line}]))
  for (const line of confirmed?.lines ?? []) rows.set(line.sku.id, {...rows.get(line.sku.id), sku: line.sku, is: line})
  const all = [...rows.values()].map(row => ({
    ...row,
    differs: confirmed && (row.was?.quantity !== row.is?.quantity || row.was?.unitPrice.amount !== row.is?.unitPrice.amount),
  }))
  const differing = all.filter(row => row.differs).length
  // What differs is marked: struck out in the original order, inserted in the confirmation.
  const mark = (Mark, isOn, value) => (isOn ? html`<${Mark}>${value}<//>` : value)
  /** @param {{was?: Line, is?: Line}} row @param {Line | undefined} line @param {string} label @param {string} Mark */
  const cells = ({was, is}, line, label, Mark) => {
    const isOther = field => confirmed && JSON.stringify(was?.[field]) !== JSON.stringify(is?.[field])
    return html`<td class="num edge" data-l=${label}>${line ? mark(Mark, isOther('quantity'), number(line.quantity)) : '–'}</td>
    <td class="num">${line ? mark(Mark, isOther('unitPrice'), money(line.unitPrice)) : '–'}</td><td class="num">${line ? money(line.amount) : '–'}</td>`
  }
  /** @type {[string, Order['tax']][]} */
  const sums = [['subtotal', order.subtotal], ['tax', order.tax], ['shippingFee', order.shipping]]
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
      ${cells(row, row.was, t('original'), 'del')}${confirmed && cells(row, row.is, t('confirmation'), 'ins')}</tr>`)}</tbody>
    <tfoot>${sums.map(([label, value]) => html`<tr key=${label}><th scope="row" class="full">${t(label)}</th>
      ${confirmed && html`<td class="num edge slack" colspan="3"></td>`}<td class="num edge" colspan="3">${money(value)}</td></tr>`)}
    <tr><th scope="row" class="full">${t('total')}</th><td class="num edge" colspan="3" data-l=${t('original')}>${money(order.original.total)}</td>
      ${confirmed && html`<td class="num edge" colspan="3" data-l=${t('confirmation')}>${money(confirmed.total)}</td>`}</tr></tfoot></table></section>`
}

/** @param {{order: Order, isBuyer: boolean}} props */
const Parties = ({order, isBuyer}) => html`<section class="card" aria-labelledby="h-parties"><header><h2 id="h-parties">${t('parties')}</h2></header><dl class="facts in">
  <div><dt>${t('buyer')}</dt><dd class="strong">${order.buyer.name} ${order.buyer.isOffline && html`<span class="tag">${t('offline')}</span>`}</dd></div>
  <div><dt>${t('mailsGoTo')}</dt><dd>${order.buyer.emailRecipients.join(', ') || t('nobody')}</dd></div>
  <div><dt>${t('address')}</dt><dd>${[order.buyer.address, order.buyer.country].filter(Boolean).join(', ') || '–'}</dd></div>
  <div><dt>${t('catalog')}</dt><dd>${order.catalog.name}</dd></div>
  ${!isBuyer && html`<div><dt>${t('assignee')}</dt><dd>${order.assignee?.name ?? t('nobody')}</dd></div>`}
  ${order.externalReference && html`<div><dt>${t('externalReference')}</dt><dd>${order.externalReference}</dd></div>`}
  ${order.comment && html`<div><dt>${t('comment')}</dt><dd class="quote">${order.comment}</dd></div>`}
  ${order.replaces && html`<div><dt>${t('replaces')}</dt><dd><${Link} to=${`/console/orders/${order.replaces.id}`}>${order.replaces.code}<//></dd></div>`}
  ${order.replacedBy && html`<div><dt>${t('replacedBy')}</dt><dd><${Link} to=${`/console/orders/${order.replacedBy.id}`}>${order.replacedBy.code}<//></dd></div>`}</dl></section>`

const INVOICES = {DRAFT: ['todo', 'draft'], ISSUED: ['ok', 'issued'], VOID: ['out', 'void']}

/** @param {{order: Order, zone: string, mayWrite: boolean, open: (form: object) => void, pdf: (id: string) => void}} props */
function Documents({order, zone, mayWrite, open, pdf}) {
  const backlog = order.backlogSkus ?? []
  const isEmpty = order.deliveryNotes.length + order.invoices.length + backlog.length === 0
  const button = (icon, label, code, onClick) => html`<button type="button" class="btn slim" aria-label=${`${label} ${code}`} onClick=${onClick}><${Icon} name=${icon} />${label}</button>`
  const act = (kind, subject, icon, label) => mayWrite && button(icon, t(label), subject.number ?? subject.code, () => open({kind, subject}))
  return html`<section class="card fold" aria-labelledby="h-documents"><header><h2 id="h-documents">${t('documents')}</h2></header>
    ${isEmpty && html`<p class="in small mute">${t('noDocuments')}</p>`}
    ${order.deliveryNotes.length + order.invoices.length > 0 && html`<table><tbody>
      ${order.deliveryNotes.map(each => html`<tr key=${each.id} id=${each.id} tabindex="-1"><th scope="row">${t('deliveryNote')}</th><td class="grow"><span class="strong">${each.code}</span>
        ${each.trackingNumber && html`<br /><span class="xs mute">${t('tracking')} ${each.trackingNumber}</span>`}${each.comment && html`<br /><span class="xs mute">${each.comment}</span>`}</td>
        <td class="num"><${Time} at=${each.createdAt} zone=${zone} /></td>
        <td class="end"><div class="row ends no-print">${button('doc', t('pdf'), each.code, () => pdf(each.id))}${!each.isInvoiced && html`${act('EDIT_DELIVERY_NOTE', each, 'edit', 'edit')}${act('DELETE_DELIVERY_NOTE', each, 'x', 'delete')}`}</div></td></tr>`)}
      ${order.invoices.map(each => html`<tr key=${each.id} id=${each.id} tabindex="-1"><th scope="row">${t('invoice')}</th><td class="grow"><span class="strong">${each.number ?? each.code}</span>
        <span class=${`badge ${INVOICES[each.status][0]}`}>${t(INVOICES[each.status][1])}</span>${each.total && html` <span class="num">${money(each.total)}</span>`}</td>
        <td class="num"><${Time} at=${each.createdAt} zone=${zone} /></td>
        <td class="end"><div class="row ends no-print">${button('doc', t('pdf'), each.number ?? each.code, () => pdf(each.id))}
          ${each.status === 'DRAFT' && html`${act('ISSUE_INVOICE', each, 'check', 'issueInvoice')}${act('DELETE_INVOICE', each, 'x', 'delete')}`}
          ${each.status === 'ISSUED' && act('VOID_INVOICE', each, 'ban', 'voidInvoice')}</div></td></tr>`)}</tbody></table>`}
    ${backlog.length > 0 && html`<div class="in"><h3>${t('backlogSkus')}</h3><ul class="small">${backlog.map(each => html`<li key=${each.id}>${each.sku.name} ${each.sku.number} × ${number(each.orderedQuantity)} <span class="mute">(${t('left', number(each.remainingQuantity))})</span></li>`)}</ul></div>`}</section>`
}

/** @param {{order: Order, isBuyer: boolean, open: (action: string) => void}} props */
function Actions({order, isBuyer, open}) {
  const own = Object.keys(ACTIONS).map(action => order.actions.find(each => each.action === action))
    .filter(each => each && Boolean(ACTIONS[each.action].forBuyer) === isBuyer)
  const possible = own.filter(each => each.allowed)
  const primary = NEXT.find(action => possible.some(each => each.action === action))
  possible.sort((one, two) => Number(two.action === primary) - Number(one.action === primary))
  // Actions that one and the same reason prevents stand together, with the reason once; first why it cannot be rejected.
  const groups = new Map()
  const prevented = own.filter(each => !each.allowed)
  prevented.sort((one, two) => Number(two.action === 'REJECT') - Number(one.action === 'REJECT'))
  for (const each of prevented) {
    const why = each.blockers.map(blocker => `${blocker.message} ${hintOf(each.action, blocker.code, order)}`.trim()).join(' ')
    groups.set(why, [...(groups.get(why) ?? []), each])
  }
  const button = ({action, allowed}, why) => {
    const {icon, label, tone = ''} = ACTIONS[action]
    return html`<button key=${action} type="button" class=${`btn wide ${allowed ? (action === primary ? 'primary' : tone) : ''}`} aria-disabled=${allowed ? undefined : 'true'}
      aria-describedby=${why} onClick=${() => allowed && open(action)}><${Icon} name=${icon} />${t(label)}${action === 'REJECT' && allowed && html`<kbd class="push" aria-hidden="true">R</kbd>`}</button>`
  }
  return html`<section class="card why no-print" aria-labelledby="h-actions"><header><h2 id="h-actions">${t('actions')}</h2></header>
    ${possible.length > 0 && html`<div class="in acts">${possible.map(each => button(each))}</div>`}
    ${prevented.length > 0 && html`<details class="in" open><summary>${t('notPossible', prevented.length)}</summary><div class="acts">${[...groups].map(([why, verdicts], index) => html`<div class="acts" key=${why}>
      ${verdicts.map(each => button(each, `why-${index}`))}<p id=${`why-${index}`}><${Linked} message=${why} documents=${verdicts[0].blockers.flatMap(each => each.documents)} order=${order} /></p></div>`)}</div></details>`}</section>`
}
