// One dialog for all commands that need a few fields: fields, a message to the buyer, errors, and one button.

import {graphql, newKey} from './api.js'
import {MailBody, MailPane, NotifySwitch, nobodyOf, useMailPreview} from './mail.js'
import {Dialog, Icon, Note, focusOn, html, useState} from './parts.js'
import {t} from './texts.js'

/**
 * @typedef {object} Field
 * @property {string} name of the input's field, which errors name too
 * @property {string} label
 * @property {'text' | 'area' | 'email' | 'number' | 'date' | 'color' | 'select' | 'check' | 'checks' | 'list' | 'quantities' | 'file'} [kind]
 *   `file`: as a data URL. `list`: one entry a line. `checks`: several of the options. `quantities`: a number for each of the options.
 * @property {any} [value] to begin with
 * @property {string} [help]
 * @property {boolean} [optional]
 * @property {number} [max] characters
 * @property {number} [rows] of an area
 * @property {string} [accept] media types of a file
 * @property {{value: string, label: any, most?: number}[]} [options]
 */

const EMPTY = {check: false, checks: [], list: [], quantities: {}}

export const valuesOf = fields => Object.fromEntries(fields.map(each => [each.name, each.value ?? EMPTY[each.kind] ?? '']))

/**
 * @param {object} props
 * @param {string} props.title
 * @param {any} [props.about] what the command does, in a sentence
 * @param {keyof import('./api.js').Operations} props.operation its variable is `input`
 * @param {(values: any) => object} props.input
 * @param {(values: any) => {field: string[], message: string}[]} [props.check] what is wrong before anything is sent
 * @param {Field[]} [props.fields]
 * @param {string} [props.mail] the kind of the mail that goes to the buyer, if it is wanted
 * @param {{invoiceId?: string}} [props.mailAbout] the document that the mail is about
 * @param {boolean} [props.isMailed] whether it is wanted unless somebody says otherwise
 * @param {any} [props.order] with a version that must still be the one at the opening
 * @param {string} props.button
 * @param {string} [props.tone] of the button
 * @param {any} [props.children] more fields: a function of the values, how to change them, and the error of a field
 * @param {(answer: any) => void} props.onDone
 * @param {() => void} props.onClose
 * @param {(error: any) => boolean} props.failed whether the error ended the session
 */
export function FormDialog({title, about, operation, input, check, fields = [], mail, mailAbout, isMailed = true, order, button, tone = 'primary', children, onDone, onClose, failed}) {
  const [typed, setTyped] = useState({})
  // A field can appear while the dialog is open, when somebody else changes the order.
  const values = {notify: isMailed, body: null, ...valuesOf(fields), ...typed}
  const [problems, setProblems] = useState([])
  const [isBusy, setBusy] = useState(false)
  const [key, setKey] = useState(newKey)
  const [version, setVersion] = useState(order?.version)
  const change = part => setTyped(each => ({...each, ...(typeof part === 'function' ? part(each) : part)}))
  const nobody = mail ? nobodyOf(order.buyer) : ''
  const notify = Boolean(mail) && values.notify && !nobody
  const preview = useMailPreview({operation: 'OrderMailPreview', variables: {orderId: order?.id, kind: mail, ...mailAbout}, body: values.body, isOn: notify, change, failed})
  const names = fields.map(each => each.name)
  const problemOf = name => problems.find(each => each.field?.includes(name))?.message
  const others = problems.filter(each => !each.field?.some(part => names.includes(part)))
  const isOlder = !isBusy && order && order.version > version

  const submit = async event => {
    event.preventDefault()
    if (isBusy) return
    const wrong = check?.(values) ?? []
    setProblems(wrong)
    if (wrong.length) return void setTimeout(showProblem)
    setBusy(true)
    const message = mail ? {notify, body: notify && values.body?.trim() ? values.body : null} : {}
    const versions = order ? {expectedVersion: order.version} : {}
    try {
      const variables = /** @type {any} */ ({input: {...input(values), ...message, ...versions, idempotencyKey: key}})
      const answer = /** @type {any} */ (Object.values(await graphql(operation, variables))[0])
      if (!answer.userErrors.length) return await onDone(answer)
      setKey(newKey())
      setProblems(answer.userErrors)
    } catch (error) {
      failed(error) || setProblems([{message: error.message}])
    }
    setTimeout(showProblem)
    setVersion(order?.version)
    setBusy(false)
  }
  const parts = html`${isOlder && html`<${Note} tone="todo" icon="refresh" role="alert" title=${t('hasChanged')}><p class="small">${t('lookAgain', order.version)}</p><//>`}
    ${others.length > 0 && html`<${Note} tone="no" icon="alert" role="alert" title="">${others.map(each => html`<p class="small" key=${each.message}>${each.message}</p>`)}<//>`}
    ${about && html`<p>${about}</p>`}
    ${fields.map((each, index) => html`<${Control} key=${each.name} field=${each} value=${values[each.name]} problem=${problemOf(each.name)} isFirst=${index === 0} onChange=${value => change({[each.name]: value})} />`)}
    ${children?.(values, change, problemOf)}`
  return html`<${Dialog} label="form-title" busy=${isBusy} narrow=${!mail && !children} onClose=${onClose}><form onSubmit=${submit}>
    <header><h2 id="form-title">${title}</h2>
      <button type="button" class="btn ghost icon slim push" aria-label=${t('close')} disabled=${isBusy} onClick=${onClose}><${Icon} name="x" /></button></header>
    ${mail
      ? html`<div class="body" tabindex="0" role="group" aria-labelledby="form-title"><div class="stack">${parts}
          <${NotifySwitch} isOn=${values.notify} nobody=${nobody} onChange=${on => change({notify: on})} />
          ${notify && html`<${MailBody} body=${values.body} buyer=${order.buyer} preview=${preview} problem=${problemOf('body')} onChange=${body => change({body})} />`}</div>
        <${MailPane} isOn=${notify} nobody=${nobody} buyer=${order.buyer} preview=${preview} body=${values.body} offMore=${t('noMailIsSent')} /></div>`
      : html`<div class="in stack scrolled" tabindex="0" role="group" aria-labelledby="form-title">${parts}</div>`}
    <footer><button type="button" class="btn push" onClick=${onClose} disabled=${isBusy}>${t('cancel')}</button>
      <button class=${`btn ${tone}`} aria-busy=${isBusy} aria-disabled=${isBusy ? 'true' : undefined}>${isOlder ? `${button} (${t('version')} ${order.version})` : button}</button></footer></form><//>`
}

const TYPES = {email: 'email', date: 'date', color: 'color', number: 'number'}

/** A long form may have its problem out of sight. */
function showProblem() {
  focusOn('dialog [aria-invalid=true]')
  document.querySelector('dialog [role=alert]')?.scrollIntoView({block: 'nearest'})
}

/** @param {File | undefined} file @returns {Promise<string>} '' if there is none, or it cannot be read */
const dataUrl = file => new Promise(resolve => {
  const reader = new FileReader()
  reader.onload = () => resolve(/** @type {string} */ (reader.result))
  reader.onerror = () => resolve('')
  file ? reader.readAsDataURL(file) : resolve('')
})

/** A field with its label, help and error. */
export function Control({field, value, problem, isFirst, onChange}) {
  const {name, label, kind = 'text', help, optional, max, rows = 3, accept, options} = field
  const id = `f-${name}`
  const about = help || problem ? `${id}-help` : undefined
  const shared = {id, name, 'aria-describedby': about, 'aria-invalid': problem ? 'true' : undefined, 'data-focus': isFirst ? '' : undefined}
  const after = about && html`<span id=${about} class="stack tight">${help && html`<span class="mute small">${help}</span>`}${problem && html`<span class="small field-error">${problem}</span>`}</span>`
  if (kind === 'check') {
    return html`<div><label class="row"><input type="checkbox" ...${shared} checked=${value} onChange=${event => onChange(event.target.checked)} /> ${label}</label>${after}</div>`
  }
  if (kind === 'checks' || kind === 'quantities') {
    return html`<fieldset class="field plain" aria-describedby=${about} aria-invalid=${problem ? 'true' : undefined}><legend>${label}</legend>${after}
      ${options.length === 0 && html`<p class="small mute">${t('nothing')}</p>`}
      ${options.map((each, index) => (kind === 'checks'
        ? html`<label key=${each.value} class="row"><input type="checkbox" data-focus=${isFirst && index === 0 ? '' : undefined} checked=${value.includes(each.value)}
            onChange=${() => onChange(value.includes(each.value) ? value.filter(one => one !== each.value) : [...value, each.value])} /> ${each.label}</label>`
        : html`<div key=${each.value} class="apart"><label for=${`${id}-${index}`}>${each.label}</label><input class="input narrow num" type="number" min="0" max=${each.most} step="1" id=${`${id}-${index}`} data-focus=${isFirst && index === 0 ? '' : undefined}
            value=${value[each.value] ?? ''} onInput=${event => onChange({...value, [each.value]: event.target.value})} /></div>`))}</fieldset>`
  }
  const control = kind === 'select'
    ? html`<select class="input" ...${shared} value=${value} required=${!optional} onChange=${event => onChange(event.target.value)}>${options.map(each => html`<option key=${each.value} value=${each.value}>${each.label}</option>`)}</select>`
    : kind === 'file'
      ? html`<input class="input" ...${shared} type="file" accept=${accept} required=${!optional} onChange=${async event => onChange(await dataUrl(event.target.files[0]))} />`
    : kind === 'area' || kind === 'list'
      ? html`<textarea class="input" ...${shared} rows=${rows} maxlength=${max} required=${!optional} value=${kind === 'list' ? value.join('\n') : value} onInput=${event => onChange(kind === 'list' ? event.target.value.split('\n') : event.target.value)} />`
      : html`<input class="input" ...${shared} type=${TYPES[kind] ?? 'text'} maxlength=${max} required=${!optional} autocomplete="off" value=${value} onInput=${event => onChange(event.target.value)} />`
  return html`<div class="field"><label for=${id}>${label} ${optional && html`<span class="mute small">${t('optional')}</span>`}</label>${control}${after}</div>`
}

/** What was typed in a `list`, without empty lines. */
export const linesOf = list => list.map(each => each.trim()).filter(Boolean)
