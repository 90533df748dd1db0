// The commands of an order's life, each as a form: order confirmation, backlog SKUs, delivery notes, invoices and more.

import {graphql} from './api.js'
import {FormDialog} from './forms.js'
import {Icon, Tag, html, useEffect, useState} from './parts.js'
import {add, money, number, t} from './texts.js'

add({
  createOcAbout: [
    'The order confirmation (OC) is created with the lines as ordered. It can be updated until it is confirmed.',
    '注文確認書（OC）を注文時の明細で作成します。確定までは更新できます。',
  ],
  askApproval: ['Ask the buyer to approve it', 'バイヤーに承認を依頼する'],
  confirmAbout: ['This fixes the content of the order.', '注文の内容を確定します。'],
  alsoTag: ['Tags to set with it', 'あわせて設定するタグ'],
  makeEditableAbout: ['The OC is open for changes again, and must be confirmed again.', 'OCを再び編集できるようにします。確定し直す必要があります。'],
  sendBackAbout: [
    'The order ends here, and its lines go back to the buyer’s cart. This can never be undone.',
    '注文はここで終了し、明細はバイヤーのカートに戻ります。この操作は取り消せません。',
  ],
  backlogAbout: [
    'The order can then be delivered in parts, and can no longer be rejected.',
    '分割納品ができるようになります。以後、この注文は却下できません。',
  ],
  noteAbout: ['All lines of the order are on the delivery note.', '注文のすべての明細を納品書に載せます。'],
  noteQuantities: ['Quantities to deliver', '納品する数量'],
  leftOf: [(name, left) => `${name} (${left} left)`, (name, left) => `${name}（残り${left}）`],
  trackingNumber: ['Tracking number', '追跡番号'],
  noteComment: ['Comment to the buyer', 'バイヤーへのコメント'],
  deleteNoteAbout: [code => `Delivery note ${code} is deleted; its quantities return.`, code => `納品書${code}を削除し、数量を戻します。`],
  createInvoiceAbout: ['A draft is made. While it exists, the order cannot be rejected.', '下書きを作成します。請求書がある間、注文は却下できません。'],
  invoiceNotesAbout: ['One draft is made for the delivery notes that you choose.', '選んだ納品書から請求書の下書きを作成します。'],
  deliveryNotes: ['Delivery notes', '納品書'],
  issueAbout: ['The invoice gets its number and can no longer be changed.', '請求書番号が付き、以後変更できません。'],
  voidAbout: [code => `Invoice ${code} is void permanently. Its orders are free again.`, code => `請求書${code}を無効にします。取り消せません。対象の注文は再び操作できます。`],
  deleteInvoiceAbout: ['The draft is deleted.', '下書きを削除します。'],
  inCharge: ['Member in charge', '担当者'],
  nobodyInCharge: ['Nobody', '担当者なし'],
  referenceHelp: ['What your own system calls this order.', '自社システムでの注文の呼び名。'],
  approveAbout: ['You agree to the order confirmation as it is shown.', '表示中の注文確認書の内容を承認します。'],
  refuseAbout: ['The brand is asked to update the order confirmation.', 'ブランドに注文確認書の修正を依頼します。'],
  refuseComment: ['What should be changed', '変更してほしい点'],
  linesAbout: ['The new lines replace all lines of the OC.', '新しい明細がOCの全明細を置き換えます。'],
  removeLine: ['Remove', '削除'],
  addProduct: ['Add a product', '商品を追加'],
  productSearch: ['SKU number, model or name', 'SKU・品番・商品名'],
  addIt: ['Add', '追加'],
})

const tagOptions = tags => tags.map(each => ({value: each.id, label: html`<${Tag} tag=${each} />`}))
const text = value => (value.trim() ? value.trim() : null)

/** @typedef {import('./api.js').Order} Order */
/** @typedef {import('./api.js').Operations} Operations */

/**
 * The form of each command: what it asks, and the input that it makes of the answers.
 * @type {Record<string, (of: {order: Order, subject: any, user: import('./app.js').User, members: Operations['Members']['data']['members']}) => any>}
 */
const FORMS = {
  APPLY_TAGS: ({order, user}) => ({
    operation: 'ApplyTags', title: t('applyTags'), button: t('save'),
    fields: [{name: 'tagIds', label: t('tags'), kind: 'checks', value: order.tags.map(each => each.id), options: tagOptions(user.tags)}],
    input: ({tagIds}) => ({orderId: order.id, tagIds}),
  }),
  ARCHIVE: ({order}) => ({
    operation: 'ArchiveOrder', title: t('archiveOrder'), button: t('archiveOrder'), about: t('archiveQuestion'), said: t('wasArchived'),
    input: () => ({orderId: order.id}),
  }),
  ASSIGN: ({order, members}) => ({
    operation: 'AssignOrder', title: t('assign'), button: t('save'),
    fields: [{
      name: 'actorId', label: t('inCharge'), kind: 'select', optional: true, value: order.assignee?.actorId ?? '',
      options: [{value: '', label: t('nobodyInCharge')}, ...members.map(each => ({value: each.actorId, label: each.name}))],
    }],
    input: ({actorId}) => ({orderId: order.id, actorId: actorId || null, actorName: members.find(each => each.actorId === actorId)?.name ?? null}),
  }),
  SET_EXTERNAL_REFERENCE: ({order}) => ({
    operation: 'SetExternalReference', title: t('setReference'), button: t('save'),
    fields: [{name: 'externalReference', label: t('externalReference'), help: t('referenceHelp'), optional: true, max: 100, value: order.externalReference ?? ''}],
    input: ({externalReference}) => ({orderId: order.id, externalReference: text(externalReference)}),
  }),
  SEND_BACK_TO_CART: ({order}) => ({
    operation: 'SendOrderBackToCart', title: t('sendBack'), button: t('sendBack'), about: t('sendBackAbout'), tone: 'final', mail: 'SENT_BACK_TO_CART',
    input: () => ({orderId: order.id}),
  }),
  CREATE_CONFIRMATION: ({order}) => ({
    operation: 'CreateOrderConfirmation', title: t('createOc'), button: t('createOc'), about: t('createOcAbout'), mail: 'OC_CREATED',
    fields: [{name: 'askBuyerApproval', label: t('askApproval'), kind: 'check'}],
    input: ({askBuyerApproval}) => ({orderId: order.id, askBuyerApproval}),
  }),
  UPDATE_CONFIRMATION: ({order}) => ({
    operation: 'UpdateOrderConfirmation', title: t('updateOc'), button: t('save'), about: t('linesAbout'),
    fields: [], lines: (order.confirmation ?? order.original).lines,
    input: ({lines}) => ({orderId: order.id, lines: lines.map(({sku, quantity, unitPrice}) => ({skuId: sku.id, quantity: Number(quantity), unitPrice}))}),
  }),
  APPROVE_CONFIRMATION: ({order}) => ({
    operation: 'ApproveOrderConfirmation', title: t('approveOc'), button: t('approveOc'), about: t('approveAbout'), input: () => ({orderId: order.id}),
  }),
  REFUSE_CONFIRMATION: ({order}) => ({
    operation: 'RefuseOrderConfirmation', title: t('refuseOc'), button: t('refuseOc'), about: t('refuseAbout'),
    fields: [{name: 'comment', label: t('refuseComment'), kind: 'area', optional: true, max: 2000}],
    input: ({comment}) => ({orderId: order.id, comment: text(comment)}),
  }),
  CONFIRM: ({order, user}) => ({
    operation: 'ConfirmOrder', title: t('confirmOc'), button: t('confirmOc'), about: t('confirmAbout'), mail: 'OC_CONFIRMED',
    fields: user.tags.length ? [{name: 'tagIds', label: t('alsoTag'), kind: 'checks', options: tagOptions(user.tags)}] : [],
    input: ({tagIds}) => ({orderId: order.id, ...(tagIds?.length && {tagIds})}),
  }),
  MAKE_CONFIRMATION_EDITABLE: ({order}) => ({
    operation: 'MakeOrderConfirmationEditable', title: t('makeEditable'), button: t('makeEditable'), about: t('makeEditableAbout'), mail: 'OC_MADE_EDITABLE',
    input: () => ({orderId: order.id}),
  }),
  CREATE_BACKLOG_SKUS: ({order}) => ({
    operation: 'CreateBacklogSkus', title: t('createBacklog'), button: t('createBacklog'), about: t('backlogAbout'), input: () => ({orderId: order.id}),
  }),
  CREATE_DELIVERY_NOTE: ({order}) => ({
    operation: 'CreateDeliveryNote', title: t('createNote'), button: t('createNote'), mail: 'DELIVERY_NOTE_CREATED', isMailed: false,
    about: order.backlogSkus.length ? undefined : t('noteAbout'),
    fields: [...quantitiesOf(order), ...NOTE_FIELDS()],
    input: values => ({orderId: order.id, ...noteOf(values)}),
  }),
  EDIT_DELIVERY_NOTE: ({order, subject}) => ({
    operation: 'UpdateDeliveryNote', title: `${t('editNote')} ${subject.code}`, button: t('save'),
    fields: [...quantitiesOf(order, subject), ...NOTE_FIELDS(subject)],
    input: ({backlogQuantities, trackingNumber, comment}) => {
      const quantities = JSON.stringify(backlogQuantities) !== JSON.stringify(quantitiesOf(order, subject)[0]?.value) ? {backlogQuantities} : {}
      return {deliveryNoteId: subject.id, ...noteOf({...quantities, trackingNumber, comment}), trackingNumber: trackingNumber.trim(), comment: comment.trim()}
    },
  }),
  DELETE_DELIVERY_NOTE: ({subject}) => ({
    operation: 'DeleteDeliveryNote', title: t('deleteNote'), button: t('delete'), tone: 'final', about: t('deleteNoteAbout', subject.code),
    input: () => ({deliveryNoteId: subject.id}),
  }),
  CREATE_INVOICE: ({order}) => ({
    operation: 'CreateInvoice', title: t('createInvoice'), button: t('createInvoice'), about: t('createInvoiceAbout'), input: () => ({orderId: order.id}),
  }),
  INVOICE_DELIVERY_NOTES: ({order}) => {
    const left = order.deliveryNotes.filter(each => !each.isInvoiced)
    return {
      operation: 'CreateInvoiceForDeliveryNotes', title: t('invoiceNotes'), button: t('createInvoice'), about: t('invoiceNotesAbout'), hasNoVersion: true,
      fields: [{name: 'deliveryNoteIds', label: t('deliveryNotes'), kind: 'checks', value: left.map(each => each.id), options: left.map(each => ({value: each.id, label: each.code}))}],
      input: ({deliveryNoteIds}) => ({deliveryNoteIds}),
    }
  },
  ISSUE_INVOICE: ({subject}) => ({
    operation: 'IssueInvoice', title: t('issueInvoice'), button: t('issueInvoice'), about: t('issueAbout'), mail: 'INVOICE_ISSUED', mailAbout: {invoiceId: subject.id}, isMailed: false,
    input: () => ({invoiceId: subject.id}),
  }),
  VOID_INVOICE: ({subject}) => ({
    operation: 'VoidInvoice', title: t('voidInvoice'), button: t('voidInvoice'), tone: 'final', about: t('voidAbout', subject.number ?? subject.code), input: () => ({invoiceId: subject.id}),
  }),
  DELETE_INVOICE: ({subject}) => ({
    operation: 'DeleteInvoice', title: t('deleteInvoice'), button: t('delete'), tone: 'final', about: t('deleteInvoiceAbout'), input: () => ({invoiceId: subject.id}),
  }),
}

/**
 * What can be delivered of each backlog SKU; the quantities of `note` itself can be changed.
 * @param {Order} order @param {Order['deliveryNotes'][number]} [note]
 */
function quantitiesOf(order, note) {
  // A note with more lines than were read keeps its quantities.
  if (!order.backlogSkus.length || note?.lines.pageInfo.hasNextPage) return []
  const own = new Map(note?.lines.nodes.map(each => [each.sku.id, each.quantity]) ?? [])
  const rows = order.backlogSkus.map(each => ({...each, own: own.get(each.sku.id) ?? 0}))
  return [{
    name: 'backlogQuantities', label: t('noteQuantities'), kind: 'quantities',
    value: Object.fromEntries(rows.map(each => [each.id, note ? each.own : each.remainingQuantity])),
    options: rows.map(each => {
      const most = each.remainingQuantity + each.own
      return {value: each.id, most, label: t('leftOf', `${each.sku.name} ${each.sku.number}`, number(most))}
    }),
  }]
}

/** @param {Order['deliveryNotes'][number]} [note] */
const NOTE_FIELDS = note => [
  {name: 'trackingNumber', label: t('trackingNumber'), optional: true, max: 100, value: note?.trackingNumber ?? ''},
  {name: 'comment', label: t('noteComment'), kind: 'area', optional: true, max: 2000, value: note?.comment ?? ''},
]

/** @param {{backlogQuantities?: any, trackingNumber: string, comment: string}} values */
const noteOf = ({backlogQuantities, trackingNumber, comment}) => ({
  ...(backlogQuantities && {
    backlogQuantities: Object.entries(backlogQuantities).filter(([, quantity]) => Number(quantity) > 0)
      .map(([backlogSkuId, quantity]) => ({backlogSkuId, quantity: Number(quantity)})),
  }),
  trackingNumber: text(trackingNumber),
  comment: text(comment),
})

/** `kind`: a key of FORMS; `subject`: the delivery note or invoice that it is about. */
export function CommandDialog({kind, order, subject, user, failed, onDone, onClose}) {
  const [members, setMembers] = useState([])
  useEffect(() => {
    if (kind === 'ASSIGN') graphql('Members').then(found => setMembers(found.members), error => failed(error))
  }, [])
  const {lines, said, hasNoVersion, ...form} = FORMS[kind]({order, subject, user, members})
  const done = answer => onDone([said ?? t('saved'), ...(answer.notices ?? []).map(each => each.message)].join(' '))
  const shared = {...form, order: hasNoVersion ? undefined : order, failed, onClose, onDone: done}
  return lines
    ? html`<${LinesForm} ...${shared} first=${lines} />`
    : html`<${FormDialog} ...${shared} />`
}

function LinesForm({first, input, ...form}) {
  const [lines, setLines] = useState(first.map(each => ({sku: each.sku, quantity: each.quantity, unitPrice: each.unitPrice.amount})))
  const {currency} = first[0]?.unitPrice ?? form.order.total
  return html`<${FormDialog} ...${form} input=${values => input({...values, lines})}>${(_values, _change, problemOf) =>
    html`<${LinesEditor} lines=${lines} setLines=${setLines} currency=${currency} failed=${form.failed} problem=${problemOf('lines')} />`}<//>`
}

/** `hasPrices`: whether the prices can be typed. */
export function LinesEditor({lines, setLines, currency, failed, problem, hasPrices = true}) {
  const put = (index, part) => setLines(lines.map((each, at) => (at === index ? {...each, ...part} : each)))
  const total = lines.reduce((sum, each) => sum + Number(each.quantity) * Number(each.unitPrice), 0)
  return html`${problem && html`<p class="small field-error" role="alert">${problem}</p>`}
    <table class="editor"><thead><tr><th scope="col">${t('product')}</th><th scope="col" class="num">${t('quantity')}</th><th scope="col" class="num">${t('unitPrice')}</th><th scope="col"><span class="vh">${t('actions')}</span></th></tr></thead>
    <tbody>${lines.map((each, index) => html`<tr key=${`${each.sku.id} ${index}`}><th scope="row"><span class="strong">${each.sku.name}</span><br /><span class="xs mute">${each.sku.number}</span></th>
      <td class="num"><input class="input narrow num" type="number" min="1" step="1" required aria-label=${`${t('quantity')} ${each.sku.number}`} value=${each.quantity} onInput=${event => put(index, {quantity: event.target.value})} /></td>
      <td class="num">${hasPrices
        ? html`<input class="input narrow num" type="text" inputmode="decimal" pattern="[0-9]+([.][0-9]+)?" required aria-label=${`${t('unitPrice')} ${each.sku.number}`} value=${each.unitPrice} onInput=${event => put(index, {unitPrice: event.target.value})} />`
        : money({amount: each.unitPrice, currency})}</td>
      <td class="num"><button type="button" class="btn slim icon" aria-label=${`${t('removeLine')} ${each.sku.number}`} onClick=${() => setLines(lines.filter((_, at) => at !== index))}><${Icon} name="x" /></button></td></tr>`)}</tbody>
    <tfoot><tr><th scope="row">${t('total')}</th><td colspan="2" class="num">${Number.isFinite(total) ? money({amount: total, currency}) : '–'}</td><td></td></tr></tfoot></table>
    ${hasPrices && html`<${AddSku} failed=${failed} onAdd=${sku => setLines([...lines, {sku, quantity: 1, unitPrice: '0'}])} taken=${lines.map(each => each.sku.id)} />`}`
}

function AddSku({failed, onAdd, taken}) {
  const [typed, setTyped] = useState('')
  const [found, setFound] = useState([])
  useEffect(() => {
    if (!typed.trim()) {
      setFound([])
      return undefined
    }
    const cancel = new AbortController()
    const timer = setTimeout(() => graphql('Skus', {search: typed.trim()}, cancel.signal).then(
      data => setFound(data.skus.nodes),
      error => error.name !== 'AbortError' && failed(error),
    ), 200)
    return () => {
      clearTimeout(timer)
      cancel.abort()
    }
  }, [typed])
  return html`<div class="field"><label for="add-sku">${t('addProduct')}</label>
    <input class="input" id="add-sku" type="search" maxlength="200" placeholder=${t('productSearch')} value=${typed} onInput=${event => setTyped(event.target.value)}
      onKeyDown=${event => event.key === 'Enter' && event.preventDefault()} />
    <div role="status"><ul class="stack tight">${found.map(each => html`<li key=${each.id} class="apart small"><span><span class="strong">${each.name}</span> <span class="mute">${each.number}</span></span>
      <button type="button" class="btn slim" disabled=${taken.includes(each.id)} aria-label=${`${t('addIt')} ${each.number}`} onClick=${() => (onAdd(each), setTyped(''))}><${Icon} name="plus" />${t('addIt')}</button></li>`)}</ul></div></div>`
}
