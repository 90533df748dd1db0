// The letterhead: what the brand's documents say of it, besides its names and addresses, and a look at it as a PDF.

import {download, graphql} from './api.js'
import {FormDialog} from './forms.js'
import {Failure, Icon, Loading, html, useLoaded, useState} from './parts.js'
import {add, t} from './texts.js'

add({
  letterhead: ['Letterhead', 'レターヘッド'],
  letterheadAbout: [
    'For new documents; an issued invoice keeps what it says. Legal name and address are above.',
    '新しい書類に使われます。発行済みの請求書は変わりません。正式名称と住所は上の「ブランド」にあります。',
  ],
  editLetterhead: ['Edit Letterhead', 'レターヘッドを編集'],
  previewIn: [name => `Preview in ${name}`, name => `プレビュー（${name}）`],
  english: ['English', '英語'],
  japanese: ['Japanese', '日本語'],
  registrationKind: ['Registered for tax as', '税務登録の種類'],
  notRegistered: ['Not registered', '登録なし'],
  gbVat: ['VAT, United Kingdom', '英国VAT'],
  jpInvoice: ['Qualified invoice issuer, Japan', '適格請求書発行事業者（日本）'],
  otherCountry: ['Another country', 'その他の国'],
  registrationNumber: ['Registration number', '登録番号'],
  registrationHelp: ['Its check digit is checked for the United Kingdom and Japan.', '英国と日本の番号は検査用数字を確認します。'],
  logo: ['Logo', 'ロゴ'],
  logoHelp: ['PNG or SVG, at most 200 KB. No file: the logo stays as it is.', 'PNGまたはSVG、200KBまで。選択しない場合は変更しません。'],
  removeLogo: ['Remove the logo', 'ロゴを削除'],
  accentColor: ['Colour of the rules', '罫線の色'],
  accentHelp: ['# and six hexadecimal digits, dark enough on white. Left empty: a dark blue.', '#と16進数6桁。白地で読める濃さが必要です。空欄の場合は紺。'],
  bankDetails: ['Bank details', '振込先'],
  paymentDays: ['Days until an invoice is due', '支払期限（日数）'],
  paymentDaysHelp: ['0 to 365. Left empty: no due date is printed.', '0〜365。空欄の場合、支払期日は印字されません。'],
  paymentTermsEn: ['Terms of payment, English', '支払条件（英語）'],
  paymentTermsJa: ['Terms of payment, Japanese', '支払条件（日本語）'],
  greetingEn: ['Sentence after the table, English', '表の下の文（英語）'],
  greetingJa: ['Sentence under the addressee, Japanese', '宛名の下の文（日本語）'],
  footerEn: ['Foot of each page, English', 'フッター（英語）'],
  footerJa: ['Foot of each page, Japanese', 'フッター（日本語）'],
  paper: ['Paper', '用紙'],
  usLetter: ['US Letter', 'USレター'],
  taxKind: ['Tax of new orders', '新しい注文の税'],
  noTax: ['None', 'なし'],
  taxStandard: ['Standard rate', '標準税率'],
  taxReduced: ['Reduced rate', '軽減税率'],
  taxZero: ['Zero rate', '税率0%'],
  taxExempt: ['Exempt', '非課税'],
  taxReverse: ['Reverse charge', 'リバースチャージ'],
  taxRate: ['Rate in percent', '税率（%）'],
  taxRounding: ['Rounding of tax', '税の端数処理'],
  automaticRounding: ['As usual there', '慣例に従う'],
  roundHalfUp: ['To the nearest', '四捨五入'],
  roundDown: ['Down', '切り捨て'],
  pricesIncludeTax: ['Prices of new orders include their tax', '新しい注文の価格は税込'],
})

/** Labels of values; '' is none. */
const CHOICES = {
  registrationKind: {'': 'notRegistered', GB_VAT: 'gbVat', JP_INVOICE: 'jpInvoice', OTHER: 'otherCountry'},
  paper: {A4: 'A4', LETTER: 'usLetter'},
  kind: {'': 'noTax', STANDARD: 'taxStandard', REDUCED: 'taxReduced', ZERO: 'taxZero', EXEMPT: 'taxExempt', REVERSE_CHARGE: 'taxReverse'},
  taxRounding: {'': 'automaticRounding', HALF_UP: 'roundHalfUp', DOWN: 'roundDown'},
}
// name: label, kind, most characters, help
/** @type {[string, string, string, number?, string?][]} */
const FIELDS = [
  ['registrationKind', 'registrationKind', 'select'], ['registrationNumber', 'registrationNumber', 'text', 50, 'registrationHelp'],
  ['accentColor', 'accentColor', 'text', 7, 'accentHelp'], ['paper', 'paper', 'select'],
  ['bankDetails', 'bankDetails', 'area', 1000], ['paymentDays', 'paymentDays', 'number', undefined, 'paymentDaysHelp'],
  ['paymentTermsEn', 'paymentTermsEn', 'area', 300], ['paymentTermsJa', 'paymentTermsJa', 'area', 300],
  ['greetingEn', 'greetingEn', 'area', 500], ['greetingJa', 'greetingJa', 'area', 500],
  ['footerEn', 'footerEn', 'area', 500], ['footerJa', 'footerJa', 'area', 500],
  ['kind', 'taxKind', 'select'], ['rate', 'taxRate', 'text', 6], ['taxRounding', 'taxRounding', 'select'],
  ['pricesIncludeTax', 'pricesIncludeTax', 'check'],
]
const OF_TAX = ['kind', 'rate']

const label = (name, value) => (value === 'A4' ? 'A4' : t(CHOICES[name][value]))

/**
 * The values of the form, all as text but the switch.
 * @param {import('./api.js').Operations['Letterhead']['data']['brandSettings']['letterhead']} letterhead
 */
const flat = ({defaultTax, ...rest}) => ({
  ...Object.fromEntries(FIELDS.map(([name]) => [name, rest[name] ?? ''])),
  paper: rest.paper ?? 'A4',
  paymentDays: `${rest.paymentDays ?? ''}`,
  kind: defaultTax?.kind ?? '',
  rate: defaultTax ? `${Number(defaultTax.rate)}` : '',
  pricesIncludeTax: rest.pricesIncludeTax,
})

export function Letterhead({isAdmin, say, failed}) {
  const loaded = useLoaded(async signal => (await graphql('Letterhead', {}, signal)).brandSettings.letterhead, [])
  const [isOpen, setOpen] = useState(false)
  const [isDrawing, setDrawing] = useState(false)
  const preview = async locale => {
    setDrawing(true)
    try {
      download((await graphql('LetterheadPreview', {locale})).brandSettings.letterheadPreview)
    } catch (error) {
      failed(error) || say(error.message, 'no')
    }
    setDrawing(false)
  }
  const found = loaded.data && flat(loaded.data)
  const shown = (name, kind) => (kind === 'check' ? t(found[name] ? 'yes' : 'no') : kind === 'select' ? label(name, found[name]) : found[name] || '–')
  const button = (icon, text, onClick) => html`<button type="button" class="btn slim" aria-disabled=${isDrawing ? 'true' : undefined} onClick=${() => !isDrawing && onClick()}><${Icon} name=${icon} />${text}</button>`
  return html`<section class="card" aria-labelledby="h-letterhead"><header><div class="grow"><h2 id="h-letterhead">${t('letterhead')}</h2><p class="mute small">${t('letterheadAbout')}</p></div>
      <div class="row">${button('doc', t('previewIn', t('english')), () => preview('EN'))}${button('doc', t('previewIn', t('japanese')), () => preview('JA'))}
        ${isAdmin && found && button('edit', t('editLetterhead'), () => setOpen(true))}</div></header>
    ${loaded.error && html`<div class="in"><${Failure} error=${loaded.error} retry=${loaded.again} /></div>`}
    ${!found && !loaded.error && html`<div class="in"><${Loading} /></div>`}
    ${found && html`<dl class="facts in wide-facts">${FIELDS.map(([name, text, kind]) => html`<div key=${name}><dt>${t(text)}</dt>
      <dd class="lines-kept" lang=${/Ja$/.test(name) ? 'ja' : undefined}>${name === 'accentColor' && found[name] && html`<svg class="i swatch" viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="3" fill=${found[name]} /></svg> `}${shown(name, kind)}</dd></div>`)}
      <div><dt>${t('logo')}</dt><dd>${t(loaded.data.hasLogo ? 'yes' : 'no')}</dd></div></dl>`}
    ${isOpen && html`<${Form} was=${found} hasLogo=${loaded.data.hasLogo} failed=${failed} onClose=${() => setOpen(false)} onDone=${async () => {
      await loaded.again()
      setOpen(false)
      say(t('saved'))
    }} />`}</section>`
}

function Form({was, hasLogo, ...shared}) {
  /** @type {import('./forms.js').Field[]} */
  const fields = FIELDS.map(([name, text, kind, max, help]) => ({
    name, label: t(text), kind: /** @type {any} */ (kind), max, optional: true, help: help && t(help), value: was[name],
    options: CHOICES[name] && Object.keys(CHOICES[name]).map(value => ({value, label: label(name, value)})),
  }))
  fields.splice(2, 0, {name: 'logo', label: t('logo'), kind: /** @type {const} */ ('file'), optional: true, help: t('logoHelp'), accept: 'image/png,image/svg+xml'},
    ...(hasLogo ? [{name: 'removeLogo', label: t('removeLogo'), kind: /** @type {const} */ ('check')}] : []))
  // Only what was changed, so that two people do not undo each other's changes.
  const input = values => {
    const changed = FIELDS.map(([name]) => name).filter(name => values[name] !== was[name])
    const put = changed.filter(name => !OF_TAX.includes(name)).map(name => [name, values[name] === '' ? null : name === 'paymentDays' ? Number(values[name]) : values[name]])
    return {letterhead: {
      ...Object.fromEntries(put),
      ...(changed.some(name => OF_TAX.includes(name)) && {defaultTax: values.kind ? {kind: values.kind, rate: values.rate.trim() || '0'} : null}),
      ...(values.logo ? {logo: values.logo} : values.removeLogo && {logo: null}),
    }}
  }
  return html`<${FormDialog} title=${t('editLetterhead')} button=${t('save')} operation="UpdateBrandSettings" fields=${fields} input=${input} ...${shared} />`
}
