// The settings of the brand: the brand itself and its mails, its letterhead, reasons for rejections, and tags.

import {graphql} from './api.js'
import {FormDialog} from './forms.js'
import {Letterhead} from './letterhead.js'
import {Failure, Heading, Icon, Link, Loading, Note, Tag, html, useLoaded, useScreen, useState} from './parts.js'
import {add, t} from './texts.js'
import {Wordings} from './wordings.js'

add({
  brand: ['Brand', 'ブランド'],
  noBrand: ['You see no settings, as you belong to no brand.', 'ブランドに所属していないため、設定は表示されません。'],
  editBrand: ['Edit Brand', 'ブランドを編集'],
  brandName: ['Name', '名称'],
  legalName: ['Legal name', '正式名称'],
  phone: ['Phone', '電話番号'],
  brandCountry: ['Country', '国'],
  contactEmail: ['Contact e-mail', '連絡先メールアドレス'],
  timeZone: ['Time zone', 'タイムゾーン'],
  timeZoneHelp: ['An IANA name, e.g. Europe/London.', 'IANAの名称。例: Asia/Tokyo'],
  brandLanguage: ['Language', '言語'],
  mailSenderName: ['Sender of the mails', 'メールの差出人名'],
  mailReplyTo: ['Replies go to', '返信先'],
  mailsHavePdf: ['Mails have the PDF attached', 'メールにPDFを添付する'],
  archivingEnabled: ['Final orders can be archived', '完了した注文をアーカイブできる'],
  reasonIsRequired: ['Each rejection needs a reason', '却下には理由が必須'],
  rejectionTextEn: ['Standard text of a rejection, English', '却下メールの標準文（英語）'],
  rejectionTextJa: ['Standard text of a rejection, Japanese', '却下メールの標準文（日本語）'],
  productsText: ['Left empty: the product’s own text.', '空欄の場合は製品の標準文。'],
  yes: ['Yes', 'はい'],
  no: ['No', 'いいえ'],
  reasons: ['Reasons for rejections', '却下理由'],
  createReason: ['Create Reason', '理由を作成'],
  editReason: ['Edit Reason', '理由を編集'],
  reasonCode: ['Code', 'コード'],
  reasonCodeHelp: ['Capital letters, digits and underscores, e.g. OUT_OF_STOCK.', '英大文字・数字・アンダースコア。例: OUT_OF_STOCK'],
  labelEn: ['English', '英語'],
  labelJa: ['Japanese', '日本語'],
  reasonArchived: ['Archived: no longer offered', 'アーカイブ（選択肢に表示しない）'],
  createTag: ['Create Tag', 'タグを作成'],
  editTag: ['Edit Tag', 'タグを編集'],
  deleteTag: ['Delete Tag', 'タグを削除'],
  deleteTagAbout: [name => `The tag ${name} is deleted.`, name => `タグ「${name}」を削除します。`],
  removeFromOrders: ['Also remove it from the orders that carry it', '付いている注文からも外す'],
  tagName: ['Name', '名称'],
  tagCode: ['Code', 'コード'],
  color: ['Colour', '色'],
})

const LANGUAGES = [{value: 'EN', label: 'English'}, {value: 'JA', label: '日本語'}]
// name of the setting: label, kind, max
/** @type {[string, string, string, number?][]} */
const BRAND = [
  ['name', 'brandName', 'text', 200], ['legalName', 'legalName', 'text', 200], ['phone', 'phone', 'text', 50], ['address', 'address', 'area', 1000],
  ['country', 'brandCountry', 'text', 100], ['contactEmail', 'contactEmail', 'email'], ['timeZone', 'timeZone', 'text', 100], ['locale', 'brandLanguage', 'select'],
  ['mailSenderName', 'mailSenderName', 'text', 200], ['mailReplyTo', 'mailReplyTo', 'email'], ['rejectionTextEn', 'rejectionTextEn', 'area', 10_000],
  ['rejectionTextJa', 'rejectionTextJa', 'area', 10_000], ['rejectionReasonRequired', 'reasonIsRequired', 'check'], ['mailsHavePdf', 'mailsHavePdf', 'check'],
  ['archivingEnabled', 'archivingEnabled', 'check'],
]
const REQUIRED = ['name', 'timeZone', 'locale']
const HELP = {timeZone: 'timeZoneHelp', rejectionTextEn: 'productsText', rejectionTextJa: 'productsText'}

/** @param {import('./app.js').Shared} props */
export function Screen({user, say, failed, reload}) {
  const loaded = useLoaded(signal => graphql('Settings', {}, signal), [])
  const [open, setOpen] = useState(/** @type {{kind: string, subject?: any}} */ ({kind: ''}))
  useScreen(t('settings'), loaded, failed)
  const {role} = user.viewer
  const isAdmin = role === 'ADMIN'
  const mayTag = ['ADMIN', 'WRITE', 'APP'].includes(role)
  const done = () => {
    setOpen({kind: ''})
    say(t('saved'))
    loaded.again()
    // The other screens have the zone, reasons and tags from the frame.
    reload()
  }
  if (loaded.error && !loaded.data) return html`<${Failure} error=${loaded.error} retry=${loaded.again} />`
  if (!loaded.data) return html`<${Loading} />`
  const {brandSettings: brand, rejectionReasons: reasons, tags} = loaded.data
  const shown = (name, kind) => (kind === 'check' ? t(brand[name] ? 'yes' : 'no') : kind === 'select' ? LANGUAGES.find(each => each.value === brand[name])?.label : brand[name] || '–')
  const edit = (kind, subject, label, name) => html`<button type="button" class="btn slim" aria-label=${`${label} ${name}`} onClick=${() => setOpen({kind, subject})}><${Icon} name=${kind === 'deleteTag' ? 'x' : 'edit'} />${label}</button>`
  // An operator belongs to no brand.
  if (!brand) return html`<${Heading} title=${t('settings')} /><${Note} tone="out" icon="lock" title=${t('noBrand')} />`
  return html`<${Heading} title=${t('settings')}>${isAdmin && html`<${Link} class="btn" to="/console/keys"><${Icon} name="key" />${t('apiKeys')}<//><${Link} class="btn" to="/console/webhooks"><${Icon} name="app" />${t('webhooks')}<//>`}<//>
    <div class="stack">
    <section class="card" aria-labelledby="h-brand"><header><h2 id="h-brand">${t('brand')}</h2>${isAdmin && html`<button type="button" class="btn slim push" onClick=${() => setOpen({kind: 'brand'})}><${Icon} name="edit" />${t('editBrand')}</button>`}</header>
      <dl class="facts in wide-facts">${BRAND.map(([name, label, kind]) => html`<div key=${name}><dt>${t(label)}</dt><dd class="lines-kept">${shown(name, kind)}</dd></div>`)}</dl></section>
    <${Letterhead} isAdmin=${isAdmin} say=${say} failed=${failed} />
    <${Wordings} isAdmin=${isAdmin} say=${say} failed=${failed} />
    <section class="card fold" aria-labelledby="h-reasons"><header><h2 id="h-reasons">${t('reasons')}</h2>${isAdmin && html`<button type="button" class="btn slim push" onClick=${() => setOpen({kind: 'reason', subject: {}})}><${Icon} name="plus" />${t('createReason')}</button>`}</header>
      <table><thead><tr><th scope="col">${t('reasonCode')}</th><th scope="col">${t('labelEn')}</th><th scope="col">${t('labelJa')}</th><th scope="col"><span class="vh">${t('actions')}</span></th></tr></thead>
      <tbody>${reasons.map(each => html`<tr key=${each.id} data-off=${each.isArchived ? '' : undefined}><th scope="row" class="full">${each.code} ${each.isArchived && html`<span class="badge out">${t('archived')}</span>`}</th><td class="grow">${each.labelEn}</td><td class="grow" lang="ja">${each.labelJa}</td>
        <td class="num">${isAdmin && edit('reason', each, t('edit'), each.code)}</td></tr>`)}</tbody></table></section>
    <section class="card fold" aria-labelledby="h-tags"><header><h2 id="h-tags">${t('tags')}</h2>${mayTag && html`<button type="button" class="btn slim push" onClick=${() => setOpen({kind: 'tag', subject: {}})}><${Icon} name="plus" />${t('createTag')}</button>`}</header>
      ${tags.length === 0 && html`<p class="in small mute">${t('nothing')}</p>`}
      ${tags.length > 0 && html`<table><thead><tr><th scope="col">${t('tagCode')}</th><th scope="col">${t('tagName')}</th><th scope="col"><span class="vh">${t('actions')}</span></th></tr></thead>
      <tbody>${tags.map(each => html`<tr key=${each.id}><th scope="row">${each.code}</th><td class="grow"><${Tag} tag=${each} /></td>
        <td class="num"><div class="row ends">${mayTag && html`${edit('tag', each, t('edit'), each.name)}${edit('deleteTag', each, t('delete'), each.name)}`}</div></td></tr>`)}</tbody></table>`}</section></div>
    ${open.kind && html`<${Form} ...${open} brand=${brand} failed=${failed} onDone=${done} onClose=${() => setOpen({kind: ''})} />`}`
}

/** @type {Record<string, (of: {subject: any, brand: import('./api.js').Operations['Settings']['data']['brandSettings']}) => any>} */
const FORMS = {
  brand: ({brand}) => ({
    operation: 'UpdateBrandSettings', title: t('editBrand'), button: t('save'),
    fields: BRAND.map(([name, label, kind, max]) => ({
      name, label: t(label), kind, max, optional: !REQUIRED.includes(name), help: HELP[name] && t(HELP[name]), value: brand[name] ?? (kind === 'check' ? false : ''), options: kind === 'select' ? LANGUAGES : undefined,
    })),
    // Only what was changed, so that two people do not undo each other's changes.
    input: values => Object.fromEntries(BRAND.filter(([name]) => values[name] !== (brand[name] ?? '')).map(([name]) => [name, values[name] === '' ? null : values[name]])),
  }),
  reason: ({subject}) => ({
    operation: subject.id ? 'UpdateRejectionReason' : 'CreateRejectionReason', title: t(subject.id ? 'editReason' : 'createReason'), button: t('save'),
    fields: [
      ...(subject.id ? [] : [{name: 'code', label: t('reasonCode'), max: 50, help: t('reasonCodeHelp')}]),
      {name: 'labelEn', label: t('labelEn'), max: 100, value: subject.labelEn},
      {name: 'labelJa', label: t('labelJa'), max: 100, value: subject.labelJa},
      ...(subject.id ? [{name: 'isArchived', label: t('reasonArchived'), kind: 'check', value: subject.isArchived}] : []),
    ],
    input: values => ({...pick(values, ['code', 'labelEn', 'labelJa', 'isArchived']), ...(subject.id && {reasonId: subject.id})}),
  }),
  tag: ({subject}) => ({
    operation: subject.id ? 'UpdateTag' : 'CreateTag', title: t(subject.id ? 'editTag' : 'createTag'), button: t('save'),
    fields: [
      ...(subject.id ? [] : [{name: 'code', label: t('tagCode'), max: 100}]),
      {name: 'name', label: t('tagName'), max: 100, value: subject.name},
      {name: 'color', label: t('color'), kind: 'color', value: subject.color ?? '#6b7280'},
    ],
    input: values => ({...pick(values, ['code', 'name', 'color']), ...(subject.id && {tagId: subject.id})}),
  }),
  deleteTag: ({subject}) => ({
    operation: 'DeleteTag', title: t('deleteTag'), button: t('delete'), tone: 'final', about: t('deleteTagAbout', subject.name),
    fields: [{name: 'removeFromOrders', label: t('removeFromOrders'), kind: 'check'}],
    input: ({removeFromOrders}) => ({tagId: subject.id, removeFromOrders}),
  }),
}

const pick = (values, names) => Object.fromEntries(names.filter(name => values[name] !== undefined).map(name => [name, values[name]]))

const Form = ({kind, subject, brand, ...shared}) => html`<${FormDialog} ...${FORMS[kind]({subject, brand})} ...${shared} />`
