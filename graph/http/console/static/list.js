// The list of orders: search, filters with counts, pages, and ticking for a rejection of many.
// The address bar has filter and sort, so that a view can be shared and the browser's Back works.

import {download, graphql, language} from './api.js'
import {listen} from './live.js'
import {Blockers, Failure, Icon, Link, Loading, Menu, Pages, SearchBox, Status, Tag, Time, go, html, useEffect, useLoaded, useRef, useState} from './parts.js'
import {dateOf, day, dayAfter, dayIn, midnight, money, number, t} from './texts.js'

const PAGE = 50
const FINAL = ['REJECTED_BY_BRAND', 'REJECTED', 'SENT_BACK_TO_CART']
const SORTS = {code: 'CODE', buyer: 'BUYER', status: 'STATUS', placed: 'PLACED_AT', updated: 'UPDATED_AT', total: 'TOTAL'}
const DAYS = [7, 30, 90]
const WRITERS = ['ADMIN', 'WRITE', 'APP', 'OPERATOR']
// Besides the rejection: command of bulk.js, icon, label.
const BULK = [
  ['CREATE_CONFIRMATION', 'plus', 'createOcSelected'],
  ['CONFIRM', 'check', 'confirmSelected'],
  ['APPLY_TAGS', 'tag', 'tagSelected'],
  ['ARCHIVE', 'archive', 'archiveSelected'],
]

/** What the address bar asks for. */
function asked(search) {
  const values = new URLSearchParams(search)
  return {
    q: values.get('q') ?? '',
    status: values.getAll('status'),
    delivery: values.getAll('delivery'),
    tag: values.getAll('tag'),
    noTag: values.has('notag'),
    reason: values.getAll('reason'),
    can: values.has('can'),
    mine: values.has('mine'),
    from: dateOf(values.get('from')),
    to: dateOf(values.get('to')),
    archived: values.has('archived'),
    days: DAYS.find(each => `${each}` === values.get('days')) ?? 0,
    sort: values.get('sort') ?? '-placed',
    after: values.get('after'),
    before: values.get('before'),
  }
}

function address(view) {
  const values = new URLSearchParams()
  if (view.q) values.set('q', view.q)
  for (const name of ['status', 'delivery', 'tag', 'reason']) for (const each of view[name]) values.append(name, each)
  if (view.noTag) values.set('notag', '')
  if (view.can) values.set('can', '')
  if (view.mine) values.set('mine', '')
  for (const name of ['from', 'to']) if (view[name]) values.set(name, view[name])
  if (view.archived) values.set('archived', '')
  if (view.days) values.set('days', view.days)
  if (view.sort !== '-placed') values.set('sort', view.sort)
  if (view.after) values.set('after', view.after)
  if (view.before) values.set('before', view.before)
  const text = `${values}`
  return `/console${text && `?${text}`}`
}

/**
 * As an OrderFilter. Days begin at midnight, in the brand's zone, so that the filter stays the same for a day.
 * @param {ReturnType<typeof asked>} view @param {import('./app.js').User} user
 */
function filterOf(view, user) {
  const today = dayIn(user.zone)
  const from = view.days ? dayAfter(today, -view.days) : view.from
  return {
    ...(view.q.trim() && {search: view.q.trim()}),
    ...(view.status.length && {status: view.status}),
    ...(view.delivery.length && {deliveryStatus: view.delivery}),
    ...(view.tag.length && {tagIds: view.tag}),
    ...(view.noTag && {withoutTag: true}),
    ...(view.reason.length && {rejectionReasonIds: view.reason}),
    ...(view.can && {canReject: true}),
    ...(view.archived && {onlyArchived: true}),
    ...(view.mine && {assigneeIds: [user.viewer.actorId]}),
    ...(from && {placedFrom: midnight(from, user.zone)}),
    ...(view.to && !view.days && {placedBefore: midnight(dayAfter(view.to, 1), user.zone)}),
  }
}

/** @param {import('./app.js').Shared} props */
export function List({search, user, say, failed}) {
  const view = asked(search)
  const isBuyer = user.viewer.role === 'BUYER'
  const filter = filterOf(view, user)
  const key = JSON.stringify(filter)
  const lastTicked = useRef('')
  const [chosen, setChosen] = useState({ids: new Map(), all: false})
  const [bulk, setBulk] = useState('')
  const {fresh, added, forget} = useFresh(key, () => counts.again())

  const sort = [{field: SORTS[view.sort.replace('-', '')] ?? 'PLACED_AT', direction: view.sort.startsWith('-') ? 'DESC' : 'ASC'}]
  const part = view.before ? {last: PAGE, before: view.before} : {first: PAGE, after: view.after}
  const page = useLoaded(signal => graphql('Orders', {filter, sort, ...part}, signal), [key, view.sort, view.after, view.before])
  const counts = useLoaded(
    async signal => {
      if (isBuyer) return undefined
      const [{facets, others}, {rejectable, mine}] = await Promise.all([
        graphql('OrderFacets', {filter, withoutStatus: {...filter, status: null}, hasStatus: view.status.length > 0}, signal),
        graphql('OrderCounts', {rejectable: {...filter, canReject: true}, mine: {...filter, assigneeIds: [user.viewer.actorId]}}, signal),
      ])
      return {facets, statuses: others ?? facets, rejectable, mine}
    },
    [key],
  )
  useEffect(() => {
    document.title = t('orderManagement')
  }, [])
  useEffect(() => {
    if (page.error) failed(page.error)
  }, [page.error])
  const show = (change, replace = false) => {
    setChosen({ids: new Map(), all: false})
    go(address({...view, after: null, before: null, ...change}), {replace})
  }
  const toggled = (list, value) => (list.includes(value) ? list.filter(each => each !== value) : [...list, value])
  const toPage = change => go(address({...view, after: null, before: null, ...change}))
  const excel = async () => {
    try {
      download((await graphql('OrdersExcel', {filter, sort, locale: language.get()})).ordersExcel)
    } catch (error) {
      failed(error) || say(error.message, 'no')
    }
  }

  const orders = page.data?.orders
  const rows = (orders?.nodes ?? []).map(each => (fresh.get(each.id)?.version >= each.version ? fresh.get(each.id) : each))
  const facets = counts.data?.facets
  const statuses = counts.data?.statuses
  const total = orders && number(orders.totalCount)
  // With Shift, all rows from the one that was ticked last. One that is no longer ticked leaves those on this page.
  const tick = (order, isRange) => {
    const ids = new Map(chosen.all ? rows.map(each => [each.id, each]) : chosen.ids)
    const isOn = !ids.has(order.id)
    const ends = [lastTicked.current, order.id].map(id => rows.findIndex(each => each.id === id)).sort((one, other) => one - other)
    const range = isRange && ends[0] >= 0 ? rows.slice(ends[0], ends[1] + 1) : [order]
    for (const each of range) isOn ? ids.set(each.id, each) : ids.delete(each.id)
    lastTicked.current = order.id
    setChosen({ids, all: false})
  }
  const areAllTicked = rows.length > 0 && rows.every(each => chosen.ids.has(each.id))
  const count = chosen.all ? orders?.totalCount : chosen.ids.size
  const mayWrite = WRITERS.includes(user.viewer.role)
  const canReject = mayWrite || user.viewer.role === 'APP_REJECT'

  const sortable = (name, label, className = '') => {
    const isSorted = view.sort.replace('-', '') === name
    const isDown = view.sort.startsWith('-')
    return html`<th scope="col" class=${className} aria-sort=${isSorted ? (isDown ? 'descending' : 'ascending') : undefined}
      ><button type="button" onClick=${() => show({sort: isSorted && isDown ? name : `-${name}`})}>${label}${isSorted && html`<${Icon} name=${isDown ? 'down' : 'up'} />`}</button></th>`
  }

  return html`
    <nav class="crumbs" aria-label=${t('transactions')}><ol><li>${t('transactions')}</li><li>${t('orderManagement')}</li></ol></nav>
    <div class="head row"><div class="grow"><h1>${t('orderManagement')}</h1></div>
      <div class="row"><button type="button" class="btn" onClick=${excel} disabled=${!rows.length}><${Icon} name="sheet" />${t('excel')}${total && ` (${total})`}</button></div></div>
    <div class="stack"><search><form class="row" onSubmit=${event => event.preventDefault()}>
      <${SearchBox} label=${t('searchOrders')} hint=${t('searchIn')} value=${view.q} onSearch=${q => show({q}, true)} />
      ${!isBuyer && html`<button type="button" class="chip" aria-pressed=${view.can} onClick=${() => show({can: !view.can})}>${t('canBeRejected')} <b>${number(counts.data?.rejectable.totalCount ?? 0)}</b></button>`}
      ${!isBuyer && html`<button type="button" class="chip" aria-pressed=${view.mine} onClick=${() => show({mine: !view.mine})}>${t('assignedToMe')} <b>${number(counts.data?.mine.totalCount ?? 0)}</b></button>`}
      ${facets && html`
        <${Menu} id="delivery" label=${t('deliveryStatus')} chosen=${facets.deliveryStatuses.filter(each => view.delivery.includes(each.deliveryStatus)).map(each => each.label)}
          options=${facets.deliveryStatuses.map(each => ({
            key: each.deliveryStatus, label: each.label, count: each.count,
            isOn: view.delivery.includes(each.deliveryStatus),
            toggle: () => show({delivery: toggled(view.delivery, each.deliveryStatus)}),
          }))} />
        <${Menu} id="tag" label=${t('tag')} chosen=${[...user.tags.filter(each => view.tag.includes(each.id)).map(each => each.name), ...(view.noTag ? [t('withoutTag')] : [])]}
          options=${facets.tags.map(each => (each.tag
            ? {key: each.tag.id, label: html`<${Tag} tag=${each.tag} />`, count: each.count, isOn: view.tag.includes(each.tag.id), toggle: () => show({tag: toggled(view.tag, each.tag.id), noTag: false})}
            : {key: 'none', label: each.label, count: each.count, isOn: view.noTag, toggle: () => show({noTag: !view.noTag, tag: []})}))} />
        ${(facets.reasons.some(each => each.reason) || view.reason.length > 0) && html`<${Menu} id="reason" label=${t('reason')} chosen=${facets.reasons.filter(each => view.reason.includes(each.reason?.id)).map(each => each.label)}
          options=${facets.reasons.filter(each => each.reason).map(each => ({
            key: each.reason.id, label: each.label, count: each.count,
            isOn: view.reason.includes(each.reason.id),
            toggle: () => show({reason: toggled(view.reason, each.reason.id)}),
          }))} />`}`}
      <${Menu} id="placed" label=${t('placed')} chosen=${view.days ? [t('lastDays', view.days)] : view.from || view.to ? [`${view.from && day(view.from)} – ${view.to && day(view.to)}`] : []}
        options=${[0, ...DAYS].map(days => ({key: days, label: days ? t('lastDays', days) : t('anyTime'), isOn: view.days === days && (days > 0 || !(view.from || view.to)), toggle: () => show({days, from: '', to: ''})}))}
        more=${html`<li class="days">${[['from', 'fromDay'], ['to', 'toDay']].map(([name, label]) => html`<label key=${name}>${t(label)}<input class="input" type="date" min=${name === 'to' ? view.from : undefined} value=${view[name]}
          onChange=${event => show({days: 0, [name]: event.target.value})} /></label>`)}</li>`} />
      <button type="button" class="chip" aria-pressed=${view.archived} onClick=${() => show({archived: !view.archived})}>${t('archived')}</button>
      <button type="button" class="btn ghost slim push" onClick=${() => {
        show({q: '', status: [], delivery: [], tag: [], noTag: false, reason: [], can: false, mine: false, archived: false, days: 0, from: '', to: ''})
      }}>${t('clearFilters')}</button></form>
      ${statuses && html`<ul class="chips" aria-label=${t('status')}>
        <li><button type="button" class="chip" aria-pressed=${!view.status.length} onClick=${() => show({status: []})}>${t('all')} <b>${number(statuses.orderCount)}</b></button></li>
        ${statuses.statuses.map(each => html`<li key=${each.status}><button type="button" class="chip" aria-pressed=${view.status.includes(each.status)}
          onClick=${() => show({status: toggled(view.status, each.status)})}>${each.label} <b>${number(each.count)}</b></button></li>`)}</ul>`}
    </search>
    <p class="vh" role="status">${total && t('orders', total)}</p>
    ${added.size > 0 && html`<p><button type="button" class="chip" data-on="" onClick=${() => {
      forget()
      page.again()
      counts.again()
    }}><${Icon} name="refresh" />${t('showNew', added.size)}</button></p>`}
    ${page.error && html`<${Failure} error=${page.error} retry=${page.again} />`}
    ${!orders && !page.error && html`<${Loading} />`}
    ${orders && rows.length === 0 && html`<div class="card empty"><${Icon} name="search" /><h3>${t('noOrders')}</h3><p class="small">${t('noOrdersMore')}</p></div>`}
    ${rows.length > 0 && html`<div aria-busy=${page.isLoading}><div class="frame fold"><table>
      <caption class="vh">${t('ordersCaption')}</caption>
      <thead><tr>${canReject && html`<td><input type="checkbox" aria-label=${t('selectPage')} checked=${areAllTicked} onChange=${() => {
        const ids = new Map(chosen.ids)
        for (const each of rows) areAllTicked ? ids.delete(each.id) : ids.set(each.id, each)
        setChosen({ids, all: false})
      }} /></td>`}
        ${sortable('code', t('order'))}${sortable('buyer', t('buyer'))}<th scope="col" class="roomy">${t('catalog')}</th>${sortable('status', t('status'))}
        ${sortable('placed', t('placed'), 'num')}${sortable('updated', t('updated'), 'num roomy')}${sortable('total', t('total'), 'num')}
        ${!isBuyer && html`<th scope="col">${t('tags')}</th><th scope="col">${t('blocksRejection')}</th>`}
        <th scope="col"><span class="vh">${t('details')}</span></th></tr></thead>
      <tbody>${rows.map(order => html`<tr key=${`${order.id} ${order.version}`} data-fresh=${fresh.get(order.id) === order ? '' : undefined}>
        ${canReject && html`<td><input type="checkbox" aria-label=${`${t('select')} ${order.code}`} checked=${chosen.all || chosen.ids.has(order.id)} onClick=${event => tick(order, event.shiftKey)} /></td>`}
        <th scope="row"><${Link} class="code" to=${`/console/orders/${order.id}`}>${order.code}<//></th>
        <td class="o2 grow">${order.buyer.name} ${order.buyer.isOffline && html`<span class="tag">${t('offline')}</span>`}</td>
        <td class="o2 slack roomy nowrap">${order.catalog.name}</td>
        <td class="end"><${Status} order=${order} /></td>
        <td class="o3 num" data-l=${t('placed')}><${Time} at=${order.placedAt} zone=${user.zone} /></td>
        <td class="o3 num slack roomy" data-l=${t('updated')}><${Time} at=${order.updatedAt} zone=${user.zone} /></td>
        <td class="o2 num strong">${money(order.total)}</td>
        ${!isBuyer && html`<td class="o3">${order.tags.map(tag => html`<${Tag} key=${tag.id} tag=${tag} /> `)}</td>
          <td class="o3 grow">${order.rejectionBlockers.length
            ? FINAL.includes(order.status) ? html`<span class="xs mute">${t('final')}</span>` : html`<${Blockers} blockers=${order.rejectionBlockers} order=${order} />`
            : html`<span class="xs mute">${t('nothing')}</span>`}</td>`}
        <td class="c-act o3 end"><${Link} class="btn slim" to=${`/console/orders/${order.id}`} aria-label=${`${t('details')} ${order.code}`}>${t('details')}<//></td></tr>`)}</tbody></table>
      <${Pages} said=${t('orders', total)} info=${orders.pageInfo} onTurn=${toPage} /></div>
      ${count > 0 && html`<div class="bar" role="region" aria-label=${t('selected', number(count))}><b class="strong">${t('selected', number(count))}</b>
        ${!chosen.all && areAllTicked && orders.totalCount > chosen.ids.size && html`<button type="button" class="btn slim" onClick=${() => setChosen({ids: new Map(), all: true})}>${t('selectMatching', total)}</button>`}
        <button type="button" class="btn slim" onClick=${() => setChosen({ids: new Map(), all: false})}>${t('unselect')}</button>
        <button type="button" class="btn slim danger" onClick=${() => setBulk('REJECT')}><${Icon} name="ban" />${t('rejectSelected')}</button>
        ${mayWrite && html`<button type="button" class="btn slim" popovertarget="bulk-more">${t('otherActions')}<${Icon} name="down" /></button>
          <ul class="menu" id="bulk-more" popover="auto">${BULK.map(([command, icon, label]) => html`<li key=${command}><button type="button" class="btn ghost wide" onClick=${event => {
            event.currentTarget.closest('[popover]').hidePopover()
            setBulk(command)
          }}><${Icon} name=${icon} />${t(label)}</button></li>`)}</ul>`}</div>`}</div>`}
    </div>
    ${bulk && html`<${Bulk} command=${bulk} user=${user} failed=${failed} count=${count}
      selection=${chosen.all ? (Object.keys(filter).length ? {filter} : {all: true}) : {orderIds: [...chosen.ids.keys()]}}
      onClose=${changed => {
        setBulk('')
        if (!changed) return
        setChosen({ids: new Map(), all: false})
        page.again()
        counts.again()
      }} />`}`
}

/** The dialog is loaded when it is first opened. */
function Bulk(props) {
  const loaded = useLoaded(() => import('./bulk.js'), [])
  if (loaded.error) return html`<${Failure} error=${loaded.error} retry=${loaded.again} />`
  return loaded.data && html`<${loaded.data.BulkDialog} ...${props} />`
}

const COUNTS_AFTER = 2_000 // milliseconds: one reading for many events

/**
 * What others have done to orders since the list was read. A changed order is shown in its place, so that nothing moves
 * under the pointer; new ones wait until they are asked for.
 */
function useFresh(key, recount) {
  const [changes, setChanges] = useState({fresh: new Map(), added: new Set()})
  const forget = () => setChanges({fresh: new Map(), added: new Set()})
  useEffect(forget, [key])
  useEffect(() => {
    let timer
    const stop = listen(event => {
      clearTimeout(timer)
      timer = setTimeout(recount, COUNTS_AFTER)
      if (!event?.order) return
      const {order, kind} = event
      setChanges(each => ({
        fresh: new Map(each.fresh).set(order.id, order),
        added: kind === 'ORDER_PLACED' ? new Set(each.added).add(order.id) : each.added,
      }))
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [key])
  return {...changes, forget}
}
