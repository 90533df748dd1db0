// The buyers of the brand: who they are, and where their mails go.

import {graphql} from './api.js'
import {FormDialog, linesOf} from './forms.js'
import {Failure, Heading, Icon, Link, Loading, Pages, SearchBox, html, useLoaded, useScreen, useState, useView} from './parts.js'
import {add, number, t} from './texts.js'

add({
  buyerSearch: ['Name, code or e-mail address', '名称・コード・メールアドレス'],
  onlyBounced: ['With a refused address', '届かないアドレスあり'],
  code: ['Code', 'コード'],
  name: ['Name', '名称'],
  addresses: ['E-mail addresses', 'メールアドレス'],
  mailLanguage: ['Language of the mails', 'メールの言語'],
  country: ['Country', '国'],
  createBuyer: ['Create Buyer', 'バイヤーを作成'],
  editBuyer: ['Edit Buyer', 'バイヤーを編集'],
  oneALine: ['One a line.', '1行に1件。'],
  automatic: ['By country or brand', '国またはブランドの設定'],
  isOffline: ['Offline: a record without users and mails', 'オフライン: ユーザーもメールもない記録のみのバイヤー'],
  noBuyers: ['No buyers match', '該当するバイヤーはいません'],
  bounced: ['refused', '届きません'],
  ordersOf: ['Orders', '注文'],
  deliveryAddress: ['Delivery address', '納品先住所'],
  erase: ['Erase', '消去'],
  eraseBuyer: ['Erase Buyer', 'バイヤーを消去'],
  eraseAbout: [
    'This erases the buyer’s name, addresses, carts and comments, the texts and recipients of its mails, and the messages of its rejections. Orders, amounts, issued invoices and the audit stay. It can never be undone.',
    'バイヤーの名称・住所・カート・コメント、メールの本文と宛先、却下メッセージを消去します。注文・金額・発行済みの請求書・監査記録は残ります。この操作は取り消せません。',
  ],
  typeTheCode: [code => `Type ${code} to confirm`, code => `確認のため ${code} と入力`],
  notTheCode: [code => `This is not ${code}.`, code => `${code} と一致しません。`],
  wasErased: [code => `Buyer ${code} was erased.`, code => `バイヤー${code}を消去しました。`],
  erased: ['Erased', '消去済み'],
})

/** @typedef {import('./api.js').Operations} Operations */

const PAGE = 50
const EDITORS = ['ADMIN', 'WRITE']
const LANGUAGES = {EN: 'English', JA: '日本語'}

/** @param {import('./app.js').Shared} props */
export function Screen({search, user, say, failed}) {
  const [view, show] = useView('buyers', search)
  const [open, setOpen] = useState(undefined)
  const [erasing, setErasing] = useState(undefined)
  const part = view.before ? {last: PAGE, before: view.before} : {first: PAGE, after: view.after ?? null}
  const asked = {search: view.q?.trim() || null, bounced: view.bounced ? true : null}
  const page = useLoaded(signal => graphql('Buyers', {...asked, ...part}, signal), [view.q, view.bounced, view.after, view.before])
  useScreen(t('buyers'), page, failed)
  const mayEdit = EDITORS.includes(user.viewer.role)
  const found = page.data?.buyers
  const total = found && number(found.totalCount)
  const done = (said = t('saved')) => {
    setOpen(undefined)
    setErasing(undefined)
    say(said)
    page.again()
  }
  return html`<${Heading} title=${t('buyers')}>${mayEdit && html`<button type="button" class="btn primary" onClick=${() => setOpen({})}><${Icon} name="plus" />${t('createBuyer')}</button>`}<//>
    <div class="stack"><search><form class="row" onSubmit=${event => event.preventDefault()}>
      <${SearchBox} label=${t('buyerSearch')} hint=${t('buyerSearch')} value=${view.q ?? ''} onSearch=${q => show({q})} />
      <button type="button" class="chip" aria-pressed=${Boolean(view.bounced)} onClick=${() => show({bounced: view.bounced ? '' : '1'})}>${t('onlyBounced')}</button></form></search>
    <p class="vh" role="status">${total && t('entries', total)}</p>
    ${page.error && html`<${Failure} error=${page.error} retry=${page.again} />`}
    ${!found && !page.error && html`<${Loading} />`}
    ${found?.nodes.length === 0 && html`<div class="card empty"><${Icon} name="search" /><h2>${t('noBuyers')}</h2><p class="small">${t('noOrdersMore')}</p></div>`}
    ${found?.nodes.length > 0 && html`<div class="frame fold" aria-busy=${page.isLoading}><table><caption class="vh">${t('buyers')}</caption>
      <thead><tr><th scope="col">${t('code')}</th><th scope="col">${t('name')}</th><th scope="col">${t('addresses')}</th><th scope="col">${t('mailLanguage')}</th><th scope="col">${t('country')}</th><th scope="col"><span class="vh">${t('actions')}</span></th></tr></thead>
      <tbody>${found.nodes.map(each => html`<tr key=${each.id}><td class="mute">${each.uniqueCode}</td><th scope="row" class="strong grow">${each.name} ${each.isOffline && html`<span class="tag">${t('offline')}</span>`}</th>
        <td class="full">${each.recipients.length === 0 ? '–' : each.recipients.map((one, index) => html`<span key=${one.email}>${index > 0 && ', '}${one.email}${one.bouncedAt && html` <span class="badge todo" title=${one.bounceReason ?? ''}>${t('bounced')}</span>`}</span>`)}</td>
        <td>${LANGUAGES[each.locale]}</td><td>${each.country || '–'}</td>
        <td class="end"><div class="row ends"><${Link} class="btn slim" to=${`/console?q=${encodeURIComponent(each.uniqueCode)}`} aria-label=${`${t('ordersOf')} ${each.name}`}>${t('ordersOf')}<//>
          ${each.erasedAt && html`<span class="badge out">${t('erased')}</span>`}
          ${mayEdit && !each.erasedAt && html`<button type="button" class="btn slim" aria-label=${`${t('edit')} ${each.name}`} onClick=${() => setOpen(each)}><${Icon} name="edit" />${t('edit')}</button>`}
          ${user.viewer.role === 'ADMIN' && !each.erasedAt && html`<button type="button" class="btn slim" aria-label=${`${t('erase')} ${each.name}`} onClick=${() => setErasing(each)}><${Icon} name="x" />${t('erase')}</button>`}</div></td></tr>`)}</tbody></table>
      <${Pages} said=${t('entries', total)} info=${found.pageInfo} onTurn=${change => show(change, false)} /></div>`}</div>
    ${open && html`<${BuyerForm} buyer=${open} failed=${failed} onDone=${() => done()} onClose=${() => setOpen(undefined)} />`}
    ${erasing && html`<${EraseForm} buyer=${erasing} failed=${failed} onDone=${() => done(t('wasErased', erasing.uniqueCode))} onClose=${() => setErasing(undefined)} />`}`
}

/**
 * Final: so the buyer's code must be typed.
 * @param {{buyer: Operations['Buyers']['data']['buyers']['nodes'][number], [other: string]: any}} props
 */
function EraseForm({buyer, ...shared}) {
  const code = buyer.uniqueCode
  return html`<${FormDialog} title=${`${t('eraseBuyer')} ${buyer.name}`} button=${t('eraseBuyer')} tone="final" about=${t('eraseAbout')} operation="EraseBuyer"
    fields=${[{name: 'code', label: t('typeTheCode', code)}]} input=${() => ({buyerId: buyer.id})}
    check=${values => (values.code.trim() === code ? [] : [{field: ['code'], message: t('notTheCode', code)}])} ...${shared} />`
}

/** @param {{buyer: Partial<Operations['Buyers']['data']['buyers']['nodes'][number]>, [other: string]: any}} props */
function BuyerForm({buyer, ...shared}) {
  const isNew = !buyer.id
  const fields = [
    ...(isNew ? [{name: 'uniqueCode', label: t('code'), max: 100}] : []),
    {name: 'name', label: t('name'), max: 200, value: buyer.name},
    {name: 'emailRecipients', label: t('addresses'), kind: 'list', optional: true, help: t('oneALine'), value: buyer.emailRecipients},
    {
      name: 'locale', label: t('mailLanguage'), kind: 'select', optional: true, value: buyer.hasOwnLocale ? buyer.locale : '',
      options: [{value: '', label: t('automatic')}, ...Object.entries(LANGUAGES).map(([value, label]) => ({value, label}))],
    },
    {name: 'country', label: t('country'), optional: true, max: 100, value: buyer.country},
    {name: 'address', label: t('address'), kind: 'area', optional: true, max: 1000, value: buyer.address},
    {name: 'deliveryAddress', label: t('deliveryAddress'), kind: 'area', optional: true, max: 1000, value: buyer.deliveryAddress},
    {name: 'isOffline', label: t('isOffline'), kind: 'check', value: buyer.isOffline ?? false},
  ]
  const input = ({uniqueCode, name, emailRecipients, locale, country, address, deliveryAddress, isOffline}) => ({
    ...(isNew ? {uniqueCode, allowSimilarCode: false} : {buyerId: buyer.id, ...(!locale && {hasOwnLocale: false})}),
    name,
    emailRecipients: linesOf(emailRecipients),
    ...(locale && {locale}),
    country,
    address,
    deliveryAddress,
    isOffline,
  })
  return html`<${FormDialog} title=${isNew ? t('createBuyer') : t('editBuyer')} button=${isNew ? t('create') : t('save')} operation=${isNew ? 'CreateBuyer' : 'UpdateBuyer'} fields=${fields} input=${input} ...${shared} />`
}
