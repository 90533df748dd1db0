// The mails of an order: how far each has come, what it says, and sending it once more.

import {graphql, language} from './api.js'
import {Dialog, Failure, Icon, Loading, Time, html, useLoaded} from './parts.js'
import {add, t} from './texts.js'

add({
  readMail: ['Read', '読む'],
  mailErased: ['The buyer’s personal data was erased, and with it what this mail said.', 'バイヤーの個人データが消去されたため、このメールの内容は残っていません。'],
})

const TONES = {SENT: 'ok', FAILED: 'no', PENDING: 'run', CANCELLED: 'out', MAY_HAVE_BEEN_DELIVERED: 'todo'}
const STATES = {
  EN: {SENT: 'Sent', FAILED: 'Failed', PENDING: 'Waiting', CANCELLED: 'Cancelled', MAY_HAVE_BEEN_DELIVERED: 'May have been delivered'},
  JA: {SENT: '送信済み', FAILED: '失敗', PENDING: '送信待ち', CANCELLED: '取り消し', MAY_HAVE_BEEN_DELIVERED: '届いた可能性あり'},
}
/** @type {Record<'EN' | 'JA', Record<Kind, string>>} */
export const KINDS = {
  EN: {
    ORDER_REJECTED: 'Order declined',
    SENT_BACK_TO_CART: 'Sent back to cart',
    OC_CREATED: 'Order confirmation created',
    OC_MADE_EDITABLE: 'Order confirmation open for changes',
    OC_CONFIRMED: 'Order confirmed',
    OC_APPROVED: 'Order confirmation approved (to the brand)',
    OC_REFUSED: 'Order confirmation refused (to the brand)',
    DELIVERY_NOTE_CREATED: 'Goods on their way',
    INVOICE_ISSUED: 'Invoice issued',
  },
  JA: {
    ORDER_REJECTED: '注文のお断り',
    SENT_BACK_TO_CART: 'カートへの差し戻し',
    OC_CREATED: '注文確認書の作成',
    OC_MADE_EDITABLE: '注文確認書の編集再開',
    OC_CONFIRMED: '注文の確定',
    OC_APPROVED: '注文確認書の承認（ブランド宛）',
    OC_REFUSED: '注文確認書の不承認（ブランド宛）',
    DELIVERY_NOTE_CREATED: '出荷のお知らせ',
    INVOICE_ISSUED: '請求書の発行',
  },
}
const RESENT = ['FAILED', 'MAY_HAVE_BEEN_DELIVERED']

/** @typedef {import('./api.js').Order['notifications'][number]['kind']} Kind */

/** @param {{order: import('./api.js').Order, zone: string, resend: (id: string) => void, open: (what: object) => void}} props */
export const Mails = ({order, zone, resend, open}) => html`<section class="card fold" aria-labelledby="h-mails"><header><h2 id="h-mails">${t('mails')}</h2></header>
  ${order.notifications.length === 0
    ? html`<p class="in small mute">${t('noMails')}</p>`
    : html`<table><thead><tr><th scope="col">${t('mail')}</th><th scope="col">${t('to')}</th><th scope="col">${t('state')}</th><th scope="col"><span class="vh">${t('actions')}</span></th></tr></thead>
      <tbody>${order.notifications.map(each => html`<tr key=${each.id}><th scope="row" class="full">${KINDS[language.get()][each.kind]}</th><td>${each.to.join(', ')}</td>
        <td><span class=${`badge ${TONES[each.status]}`}>${STATES[language.get()][each.status]}</span> <span class="xs mute"><${Time} at=${each.sentAt ?? each.createdAt} zone=${zone} /> ${each.lastError ?? ''}</span></td>
        <td class="num"><div class="row ends">${RESENT.includes(each.status) && html`<button type="button" class="btn slim" onClick=${() => resend(each.id)}><${Icon} name="refresh" />${t('resend')}</button>`}
          <button type="button" class="btn slim" aria-label=${`${t('readMail')}: ${KINDS[language.get()][each.kind]}`} onClick=${() => open({kind: 'MAIL', subject: each.id})}>${t('readMail')}</button></div></td></tr>`)}</tbody></table>`}</section>`

/** @param {{id: string, onClose: () => void}} props the mail's id */
export function MailShown({id, onClose}) {
  const loaded = useLoaded(signal => graphql('Notification', {id}, signal), [id])
  const mail = loaded.data?.node
  return html`<${Dialog} label="mail-title" onClose=${onClose}>
    <header><h2 id="mail-title">${t('mail')}</h2>
      <button type="button" class="btn ghost icon slim push" data-focus aria-label=${t('close')} onClick=${onClose}><${Icon} name="x" /></button></header>
    <div class="in stack scrolled" tabindex="0" role="group" aria-labelledby="mail-title">
      ${loaded.error ? html`<${Failure} error=${loaded.error} retry=${loaded.again} />` : !loaded.data ? html`<${Loading} />`
        : !mail?.text ? html`<p>${t('mailErased')}</p>`
        : html`<article class="mail"><dl><dt>${t('to')}</dt><dd>${mail.to.join(', ')}</dd><dt>${t('subject')}</dt><dd class="strong">${mail.subject}</dd></dl><div>${mail.text}</div></article>`}</div><//>`
}
